use serde_json::Value;
#[derive(Debug, Default)] pub struct Passkeys;
#[derive(Debug, thiserror::Error)] #[error("no")] pub struct PasskeyError;
pub struct Made { pub user_handle: [u8;16], pub credential: Vec<u8>, pub key: String }
impl Passkeys {
 pub fn start_registration(&self, _o:&str, _h:[u8;16], _n: exchange::time::Millis)->Result<Value,PasskeyError>{Err(PasskeyError)}
 pub fn finish_registration(&self, _o:&str, _c:&Value, _n: exchange::time::Millis)->Result<Made,PasskeyError>{Err(PasskeyError)}
 pub fn start_login(&self, _o:&str, _n: exchange::time::Millis)->Result<Value,PasskeyError>{Err(PasskeyError)}
 pub fn credential_id(&self,_c:&Value)->Result<Vec<u8>,PasskeyError>{Err(PasskeyError)}
 pub fn finish_login(&self, _o:&str, _c:&Value,_k:&str, _n: exchange::time::Millis)->Result<String,PasskeyError>{Err(PasskeyError)}
}
