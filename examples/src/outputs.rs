//! The folder that a run writes to: whole files only, each put in place by a rename, so that a step may be repeated.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use workflow_runtime::StepContext;

use crate::failure::{During, Failure, Outcome, ensure};
use crate::hex::hex;

/// Where the runs of a plan write to.
#[derive(Debug)]
pub struct Place {
    /// The environment variable that names the folder, where one by the run's id will not do.
    pub variable: &'static str,
    /// Where the folders of runs are, unless one is named.
    pub folders: &'static str,
    /// What a run puts at the top of its folder, and would write over.
    pub written: &'static [&'static str],
}

/// Finds the folder of each run of a plan.
#[derive(Debug)]
pub struct Folders {
    place: &'static Place,
    /// Instead of a folder by the run's id.
    named: Option<PathBuf>,
    /// Held by whoever begins a folder.
    beginning: Mutex<()>,
}

/// The folder of a run.
#[derive(Debug, Clone)]
pub struct Outputs {
    place: &'static Place,
    root: PathBuf,
}

/// Where steps try things, relative to the folder of the run.
const SCRATCH: &str = "scratch";
/// Says which run a folder belongs to.
const RUN_FILE: &str = ".run";

/// A file that a step wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputFile {
    /// Relative to the folder of the run, with `/`.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

/// The SHA-256 in hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

impl Folders {
    /// The folder that the environment names, or one by the id of each run.
    ///
    /// # Errors
    /// When nothing can be written to the named folder, or what is there would be written over.
    pub fn from_env(place: &'static Place) -> Outcome<Self> {
        let named = std::env::var_os(place.variable).filter(|folder| !folder.is_empty());
        let named = named.map(PathBuf::from);
        if let Some(folder) = &named {
            Outputs::open(place, folder)?.hold_a_run_or_nothing()?;
        }
        Ok(Folders {
            place,
            named,
            beginning: Mutex::default(),
        })
    }

    /// The folder of a run that begins: nothing of what it will write may be there.
    ///
    /// # Errors
    /// Names what is there.
    pub fn begin(&self, cx: &StepContext) -> Outcome<Outputs> {
        let outputs = Outputs::open(self.place, &self.of_id(cx.run_id())?)?;
        outputs.hold_nothing()?;
        outputs.write(RUN_FILE, format!("{}\n", cx.run_id()))?;
        Ok(outputs)
    }

    /// The folder of a run of this id, begun if there is none; so what a killed step wrote there is written over. Steps that
    /// run at the same time may all call this.
    ///
    /// # Errors
    /// Names what belongs to somebody else.
    pub fn begin_or_go_on(&self, cx: &StepContext) -> Outcome<Outputs> {
        let _beginning = self.beginning.lock().unwrap_or_else(PoisonError::into_inner);
        self.of(cx).or_else(|_| self.begin(cx))
    }

    /// The folder that this run began in.
    ///
    /// # Errors
    /// When it is no folder of this run.
    pub fn of(&self, cx: &StepContext) -> Outcome<Outputs> {
        let (run, root) = (cx.run_id(), self.of_id(cx.run_id())?);
        let found = fs::read_to_string(root.join(RUN_FILE)).unwrap_or_default();
        ensure(
            found.trim_end() == run,
            format_args!(
                "`{}` is not the folder that run `{run}` began in; go on from where it was begun, with the {} of then",
                root.display(),
                self.place.variable
            ),
        )?;
        Outputs::open(self.place, &root)
    }

    fn of_id(&self, run: &str) -> Outcome<PathBuf> {
        if let Some(folder) = &self.named {
            return Ok(folder.clone());
        }
        let is_plain = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
        ensure(
            !run.starts_with('.') && run.chars().all(is_plain),
            format_args!(
                "no folder can be named after run `{run}`; name one by {}",
                self.place.variable
            ),
        )?;
        Ok(Path::new(self.place.folders).join(run))
    }
}

impl Outputs {
    /// Creates the folder where it is missing, and tries that it can be written to.
    ///
    /// # Errors
    /// Says why the folder cannot be used.
    pub fn open(place: &'static Place, root: &Path) -> Outcome<Self> {
        let cannot = |doing: &str| {
            format!(
                "cannot {doing} the output folder `{}` (name another by {})",
                root.display(),
                place.variable
            )
        };
        // The journal names it, and is text.
        let named = std::path::absolute(root).during(cannot("find"))?;
        ensure(
            named.to_str().is_some(),
            format_args!("{}: its path is not Unicode", cannot("name")),
        )?;
        fs::create_dir_all(root).during(cannot("create"))?;
        let root = root.canonicalize().during(cannot("find"))?;
        tempfile::Builder::new()
            .prefix(".try")
            .tempfile_in(&root)
            .during(cannot("write to"))?;
        Ok(Outputs { place, root })
    }

    /// Nobody misses what is written over there.
    fn hold_a_run_or_nothing(&self) -> Outcome<()> {
        if self.place(RUN_FILE).exists() {
            return Ok(());
        }
        self.hold_nothing()
    }

    fn hold_nothing(&self) -> Outcome<()> {
        match self.place.written.iter().find(|name| self.place(name).exists()) {
            None => Ok(()),
            Some(name) => Err(Failure::new(format_args!(
                "`{}` is there already, and this run would write over it; move it away, or name another folder by {}",
                self.place(name).display(),
                self.place.variable
            ))),
        }
    }

    /// Where it is.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The place of a file in it.
    #[must_use]
    pub fn place(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Writes a whole file: to a temporary one, synced, then renamed into place.
    ///
    /// # Errors
    /// When the disk refuses; the older file still stands then.
    pub fn write(&self, path: &str, contents: impl AsRef<[u8]>) -> Outcome<OutputFile> {
        let contents = contents.as_ref();
        self.put(path, contents, make_readable)?;
        Ok(OutputFile {
            path: path.to_owned(),
            bytes: contents.len() as u64,
            sha256: sha256_hex(contents),
        })
    }

    /// Writes a file that nobody else on the machine may read.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write_secret(&self, path: &str, contents: &str) -> Outcome<()> {
        // A temporary file is born with access for its owner only, and keeps that through the rename.
        self.put(path, contents.as_bytes(), |_| Ok(()))
    }

    fn put(
        &self,
        path: &str,
        contents: &[u8],
        settle: impl Fn(&fs::File) -> std::io::Result<()>,
    ) -> Outcome<()> {
        let place = self.place(path);
        let folder = place.parent().unwrap_or(&self.root);
        let put = || {
            fs::create_dir_all(folder)?;
            // What a killed step leaves there is swept away when the run is done.
            fs::create_dir_all(self.place(SCRATCH))?;
            let mut file = tempfile::Builder::new()
                .prefix("new")
                .tempfile_in(self.place(SCRATCH))?;
            file.write_all(contents)?;
            settle(file.as_file())?;
            file.as_file().sync_all()?;
            file.persist(&place).map_err(|error| error.error)?;
            sync_folder(folder)
        };
        put().during(format_args!("writing `{}`", place.display()))
    }

    /// Writes a value as indented JSON.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn write_json(&self, path: &str, value: &impl Serialize) -> Outcome<OutputFile> {
        let mut text =
            serde_json::to_string_pretty(value).during(format_args!("putting `{path}` into JSON"))?;
        text.push('\n');
        self.write(path, text)
    }

    /// Reads a file whole.
    ///
    /// # Errors
    /// When it is missing or unreadable.
    pub fn read(&self, path: &str) -> Outcome<Vec<u8>> {
        fs::read(self.place(path)).during(format_args!("reading `{}`", self.place(path).display()))
    }

    /// Reads a file whole, if it is there.
    ///
    /// # Errors
    /// When it is there and unreadable.
    pub fn read_if_there(&self, path: &str) -> Outcome<Option<Vec<u8>>> {
        match fs::read(self.place(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).during(format_args!("reading `{}`", self.place(path).display())),
        }
    }

    /// An empty folder for one step to try things in; it is gone when the value is dropped.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn scratch(&self) -> Outcome<tempfile::TempDir> {
        let place = self.place(SCRATCH);
        fs::create_dir_all(&place).during(format_args!("creating `{}`", place.display()))?;
        tempfile::tempdir_in(&place).during(format_args!("creating a folder in `{}`", place.display()))
    }

    /// Removes what an interrupted step may have left in `scratch`.
    pub fn sweep(&self) {
        let _ = fs::remove_dir_all(self.place(SCRATCH));
    }
}

/// A rename is on disk once its folder is.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> std::io::Result<()> {
    Ok(())
}

/// A temporary file is for its owner only; an output is for whoever may read the folder.
#[cfg(unix)]
fn make_readable(file: &fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn make_readable(_: &fs::File) -> std::io::Result<()> {
    Ok(())
}
