//! Names of files as text.

use std::path::Path;

/// A path as text that tells two paths apart: bytes that are no UTF-8 become `%FF`.
pub(crate) fn readable(path: &Path) -> String {
    let mut name = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        name.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| name.push_str(&format!("%{byte:02X}")));
    }
    name
}

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    #[test]
    fn names_that_are_no_utf8_stay_apart() {
        use std::os::unix::ffi::OsStrExt;
        let name = |bytes: &[u8]| super::readable(std::path::Path::new(std::ffi::OsStr::from_bytes(bytes)));
        assert_eq!(name(b"a/f\xe4hre.txt"), "a/f%E4hre.txt");
        assert_ne!(name(b"\xe4"), name(b"\xe5"));
        assert_eq!(name("fähre".as_bytes()), "fähre");
    }
}
