//! The file layer itself: the functions that SQLite calls, each handing on to the layer that was the default before.
//!
//! A file is a [`Handle`] with the file of the real layer right behind it, in the memory that SQLite allots to both.
//! Memory maps of the database are not offered, so that all that is written comes by here; the `-shm` file goes past,
//! but that a full disk has no room for it.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once, OnceLock};

use rusqlite::ffi;

use crate::fault::{Failing, Protection, Share};
use crate::log::{Entry, FileId};
use crate::{Shared, State};

/// The layer that was the default.
struct Real(*mut ffi::sqlite3_vfs);

// SAFETY: SQLite itself uses a registered file layer from all threads; the pointer is never changed.
unsafe impl Send for Real {}
// SAFETY: as above.
unsafe impl Sync for Real {}

static REAL: OnceLock<Real> = OnceLock::new();

/// Puts this layer under all connections that are opened from now on.
pub(crate) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // SAFETY: no name asks for the default layer; SQLite initialises itself first.
        let real = unsafe { ffi::sqlite3_vfs_find(ptr::null()) };
        assert!(!real.is_null(), "SQLite has a file layer");
        // SAFETY: the pointer is to a layer that stays registered until the process ends. The functions that are copied
        // with it look at no field but those that are copied too.
        let mut layer = unsafe { *real };
        layer.szOsFile += c_int::try_from(size_of::<Handle>()).expect("a handle is small");
        layer.pNext = ptr::null_mut();
        layer.zName = c"watched".as_ptr();
        layer.xOpen = Some(open);
        layer.xDelete = Some(delete);
        // Before it is registered: another thread may open a file right after that.
        REAL.get_or_init(|| Real(real));
        // SAFETY: the layer is never freed, its name is static, and its functions keep to the contract of SQLite.
        let code = unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(layer)), 1) };
        assert_eq!(code, ffi::SQLITE_OK, "a file layer can be registered");
    });
}

fn real_layer() -> *mut ffi::sqlite3_vfs {
    REAL.get().expect("it is installed before SQLite calls it").0
}

/// An open file, as SQLite sees it.
#[repr(C)]
struct Handle {
    /// SQLite looks at this alone, and at the beginning.
    base: ffi::sqlite3_file,
    /// A box, or null for a file that is on no disk of ours.
    watch: *mut Watch,
}

struct Watch {
    disk: Arc<Shared>,
    file: FileId,
    /// Whether the next sync is to sync the folder too.
    syncs_folder: AtomicBool,
}

impl Watch {
    fn new(disk: &Arc<Shared>, file: FileId, flags: c_int) -> Self {
        let journals = ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL | ffi::SQLITE_OPEN_WAL;
        let syncs_folder = flags & ffi::SQLITE_OPEN_CREATE != 0 && flags & journals != 0;
        Watch {
            disk: Arc::clone(disk),
            file,
            syncs_folder: AtomicBool::new(syncs_folder),
        }
    }
}

/// # Safety
///
/// `file` must be memory that SQLite allotted for a file of this layer.
unsafe fn real_file(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: SQLite allots `szOsFile` bytes, which are those of a handle and those of a real file behind it. The size of
    // a handle is that of two pointers, so what is behind it is aligned as SQLite's memory is.
    unsafe { file.cast::<Handle>().add(1).cast() }
}

/// # Safety
///
/// `file` must have been opened by [`open`] and not be closed.
unsafe fn watch<'f>(file: *mut ffi::sqlite3_file) -> Option<&'f Watch> {
    // SAFETY: an open file is a handle; its watch is null or a box that lives until the file is closed.
    unsafe { (*file.cast::<Handle>()).watch.as_ref() }
}

/// Calls a method of the real file; its absence is `$or`.
macro_rules! real {
    ($file:expr, $method:ident ($($argument:expr),*), $or:expr) => {{
        let real = real_file($file);
        match (*(*real).pMethods).$method {
            Some(method) => method(real $(, $argument)*),
            None => $or,
        }
    }};
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// # Safety
///
/// `name` must be null or a string that ends in a zero byte.
unsafe fn path(name: *const c_char) -> Option<PathBuf> {
    if name.is_null() {
        return None;
    }
    // SAFETY: it is such a string.
    let name = unsafe { CStr::from_ptr(name) };
    Some(PathBuf::from(name.to_str().ok()?))
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// What SQLite asked for, as the disk lets it be opened.
fn permitted(state: &State, name: &str, flags: c_int) -> Result<c_int, c_int> {
    let is_there = state.names.contains_key(name);
    match state.faults.protection {
        Some(Protection::Folder) if !is_there && flags & ffi::SQLITE_OPEN_CREATE != 0 => {
            Err(ffi::SQLITE_CANTOPEN)
        }
        Some(Protection::Files) if is_there && flags & ffi::SQLITE_OPEN_READWRITE != 0 => {
            let writing = ffi::SQLITE_OPEN_READWRITE | ffi::SQLITE_OPEN_CREATE;
            Ok(flags & !writing | ffi::SQLITE_OPEN_READONLY)
        }
        _ => Ok(flags),
    }
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    flags_out: *mut c_int,
) -> c_int {
    // SAFETY: the file is memory for a handle. Without methods it counts as not opened.
    unsafe {
        file.cast::<Handle>().write(Handle {
            base: ffi::sqlite3_file {
                pMethods: ptr::null(),
            },
            watch: ptr::null_mut(),
        })
    };
    // SAFETY: the name is null for a temporary file, and a string otherwise.
    let path = unsafe { path(name) };
    let disk = path.as_deref().and_then(Shared::of);
    let name_in_folder = path.as_deref().map(name_of).unwrap_or_default();
    let mut state = disk.as_deref().map(Shared::state);
    let mut asked = flags;
    if let Some(state) = &state {
        match permitted(state, &name_in_folder, flags) {
            Ok(permitted) => asked = permitted,
            Err(code) => return code,
        }
    }
    // SAFETY: all arguments are as SQLite handed them over.
    let code = unsafe { open_real(name, file, asked, flags_out) };
    if code != ffi::SQLITE_OK {
        return code;
    }
    let entered = state
        .as_mut()
        .and_then(|state| enter(state, &name_in_folder, asked));
    let watch = match (entered, &disk) {
        (Some(file), Some(disk)) => Box::into_raw(Box::new(Watch::new(disk, file, asked))),
        _ => ptr::null_mut(),
    };
    // SAFETY: the file is memory for a handle; the real file behind it is open.
    unsafe {
        file.cast::<Handle>().write(Handle {
            base: ffi::sqlite3_file { pMethods: &METHODS },
            watch,
        })
    };
    code
}

/// # Safety
///
/// `file` must be memory that SQLite allotted for a file of this layer, the others what it handed over with that.
unsafe fn open_real(
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    flags_out: *mut c_int,
) -> c_int {
    let layer = real_layer();
    // SAFETY: the memory behind the handle is of the size that the real layer asked for.
    unsafe {
        let real = real_file(file);
        (*real).pMethods = ptr::null();
        let open = (*layer).xOpen;
        let code = open.map_or(ffi::SQLITE_CANTOPEN, |open| {
            open(layer, name, real, flags, flags_out)
        });
        if code != ffi::SQLITE_OK {
            // What has methods is to be closed, even if it could not be opened; SQLite sees that ours has none.
            if let Some(close) = (*real).pMethods.as_ref().and_then(|methods| methods.xClose) {
                close(real);
            }
        }
        code
    }
}

/// The file of this name, which is new if there was none.
fn enter(state: &mut State, name: &str, flags: c_int) -> Option<FileId> {
    if let Some(file) = state.names.get(name) {
        return Some(*file);
    }
    // What somebody else put there after the disk was made is none of its files.
    if flags & ffi::SQLITE_OPEN_CREATE == 0 {
        return None;
    }
    let file = state.log.new_file();
    state.names.insert(name.to_owned(), file);
    state.log.add(Entry::Created {
        file,
        name: name.to_owned(),
    });
    Some(file)
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    // SAFETY: the name is a string.
    let path = unsafe { path(name) };
    let disk = path.as_deref().and_then(Shared::of);
    let mut state = disk.as_deref().map(Shared::state);
    // SAFETY: the arguments are as SQLite handed them over, but that nothing is synced on a disk of ours.
    let code = unsafe {
        let layer = real_layer();
        let sync_folder = if disk.is_some() { 0 } else { sync_folder };
        (*layer).xDelete.map_or(ffi::SQLITE_IOERR_DELETE, |delete| {
            delete(layer, name, sync_folder)
        })
    };
    if let (ffi::SQLITE_OK, Some(state), Some(path)) = (code, &mut state, path) {
        let name = name_of(&path);
        if state.names.remove(&name).is_some() {
            state.log.add(Entry::Deleted { name });
        }
        if sync_folder != 0 {
            state.log.add(Entry::FolderSynced);
        }
    }
    code
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: the file is open, and SQLite does not use it again; the watch was made by `Box::into_raw`.
    unsafe {
        let code = real!(file, xClose(), ffi::SQLITE_OK);
        let watch = std::mem::replace(&mut (*file.cast::<Handle>()).watch, ptr::null_mut());
        if !watch.is_null() {
            drop(Box::from_raw(watch));
        }
        code
    }
}

unsafe extern "C" fn write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    count: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: the file is open.
    let Some(watch) = (unsafe { watch(file) }) else {
        // SAFETY: the arguments are as SQLite handed them over.
        return unsafe { real!(file, xWrite(bytes, count, at), ffi::SQLITE_IOERR_WRITE) };
    };
    let mut state = watch.disk.state();
    let failure = state.faults.at_write();
    let written = match failure {
        None => count,
        Some((_, Share::Half)) => count / 2,
        Some((_, Share::None)) => 0,
    };
    let code = if written == 0 {
        ffi::SQLITE_OK
    } else {
        // SAFETY: the arguments are as SQLite handed them over, but for a smaller count.
        unsafe { real!(file, xWrite(bytes, written, at), ffi::SQLITE_IOERR_WRITE) }
    };
    if code == ffi::SQLITE_OK && written > 0 {
        // SAFETY: SQLite handed over at least so many bytes.
        let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), size(written.into())) };
        state.log.add(Entry::Written {
            file: watch.file,
            at: size(at),
            bytes: bytes.into(),
        });
    }
    match failure {
        None => code,
        Some((Failing::Full, _)) => ffi::SQLITE_FULL,
        Some(_) => ffi::SQLITE_IOERR_WRITE,
    }
}

fn size(of: ffi::sqlite3_int64) -> usize {
    usize::try_from(of).expect("SQLite counts from 0")
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, to: ffi::sqlite3_int64) -> c_int {
    // SAFETY: the file is open.
    let watch = unsafe { watch(file) };
    let mut state = watch.map(|watch| watch.disk.state());
    // SAFETY: the arguments are as SQLite handed them over.
    let code = unsafe { real!(file, xTruncate(to), ffi::SQLITE_IOERR_TRUNCATE) };
    if let (ffi::SQLITE_OK, Some(watch), Some(state)) = (code, watch, &mut state) {
        state.log.add(Entry::Truncated {
            file: watch.file,
            size: size(to),
        });
    }
    code
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    // SAFETY: the file is open.
    let Some(watch) = (unsafe { watch(file) }) else {
        // SAFETY: the arguments are as SQLite handed them over.
        return unsafe { real!(file, xSync(flags), ffi::SQLITE_IOERR_FSYNC) };
    };
    let mut state = watch.disk.state();
    if state.faults.at_sync() {
        state.log.add(Entry::NotSynced { file: watch.file });
        return ffi::SQLITE_IOERR_FSYNC;
    }
    state.log.add(Entry::Synced { file: watch.file });
    if watch.syncs_folder.swap(false, Ordering::Relaxed) {
        state.log.add(Entry::FolderSynced);
    }
    ffi::SQLITE_OK
}

/// Functions that do nothing but call the method of the real file.
macro_rules! hand_on {
    ($($name:ident = $method:ident ($($argument:ident: $type:ty),*), or $or:expr;)*) => {$(
        unsafe extern "C" fn $name(file: *mut ffi::sqlite3_file $(, $argument: $type)*) -> c_int {
            // SAFETY: the file is open, and the arguments are as SQLite handed them over.
            unsafe { real!(file, $method($($argument),*), $or) }
        }
    )*};
}

hand_on! {
    read = xRead(into: *mut c_void, count: c_int, at: ffi::sqlite3_int64), or ffi::SQLITE_IOERR_READ;
    file_size = xFileSize(size: *mut ffi::sqlite3_int64), or ffi::SQLITE_IOERR_FSTAT;
    lock = xLock(level: c_int), or ffi::SQLITE_IOERR_LOCK;
    unlock = xUnlock(level: c_int), or ffi::SQLITE_IOERR_UNLOCK;
    check_reserved_lock = xCheckReservedLock(is_locked: *mut c_int), or ffi::SQLITE_IOERR_CHECKRESERVEDLOCK;
    file_control = xFileControl(op: c_int, argument: *mut c_void), or ffi::SQLITE_NOTFOUND;
    sector_size = xSectorSize(), or 0;
    device_characteristics = xDeviceCharacteristics(), or 0;
    shm_lock = xShmLock(offset: c_int, count: c_int, flags: c_int), or ffi::SQLITE_IOERR_SHMLOCK;
    shm_unmap = xShmUnmap(delete: c_int), or ffi::SQLITE_OK;
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    page: c_int,
    size: c_int,
    extend: c_int,
    into: *mut *mut c_void,
) -> c_int {
    // SAFETY: the file is open, and the arguments are as SQLite handed them over, but that nothing is to be extended.
    let code = unsafe { real!(file, xShmMap(page, size, 0, into), ffi::SQLITE_IOERR_SHMMAP) };
    // SAFETY: SQLite asks for an address to be put there.
    if code != ffi::SQLITE_OK || extend == 0 || !unsafe { *into }.is_null() {
        return code;
    }
    // SAFETY: the file is open.
    if let Some(watch) = unsafe { watch(file) } {
        match watch.disk.state().faults.at_write() {
            None => {}
            Some((Failing::Full, _)) => return ffi::SQLITE_IOERR_SHMSIZE,
            Some(_) => return ffi::SQLITE_IOERR_SHMMAP,
        }
    }
    // SAFETY: the file is open, and the arguments are as SQLite handed them over.
    unsafe { real!(file, xShmMap(page, size, extend, into), ffi::SQLITE_IOERR_SHMMAP) }
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    // SAFETY: the file is open.
    unsafe { real!(file, xShmBarrier(), ()) }
}
