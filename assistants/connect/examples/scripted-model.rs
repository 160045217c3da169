//! The tests' STAND-IN for a model endpoint as a program, for trying `strowger connect` and its
//! screens without a model: it repeats what it is told. Usage: `scripted-model [ADDR]`.

#[allow(dead_code, reason = "the tests use more of it than this program does")]
#[path = "../tests/model_stand_in/mod.rs"]
mod model_stand_in;

#[tokio::main]
async fn main() {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let model = model_stand_in::ModelStandIn::start(&address).await;
    println!("{}", model.url);
    assistant_kit::until_signal().await;
}
