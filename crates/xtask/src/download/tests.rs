//! Against a server that behaves as each test says.

use super::{Wanted, fetch, is_good, part_of};
use crate::integrity;
use std::{
    env, fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    path::PathBuf,
    process, thread,
};

/// What the server does with one request.
#[derive(Clone, Copy)]
enum Manner {
    /// Sends what is asked for, from the middle too.
    Ranges,
    /// Sends the whole file always.
    WholeOnly,
    /// Promises the file and hangs up in the middle of it.
    BreaksOff,
    /// Sends as many bytes of something else.
    Lies,
    /// Has no such file.
    Missing,
}

/// Serves `body` for one connection per manner, and returns the server's address and the thread, which ends with the
/// first byte that each request asked for.
fn serve(body: Vec<u8>, manners: &[Manner]) -> (String, thread::JoinHandle<Vec<u64>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}/file.tgz", listener.local_addr().expect("bound"));
    let manners = manners.to_vec();
    let server = thread::spawn(move || {
        let mut starts = Vec::new();
        for manner in manners {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut start = 0;
            for line in BufReader::new(stream.try_clone().expect("a second handle")).lines() {
                let line = line.expect("text").to_lowercase();
                if line.is_empty() {
                    break;
                }
                if let Some(range) = line.strip_prefix("range: bytes=") {
                    start = range.trim_end_matches('-').parse().expect("a number");
                }
            }
            starts.push(start);
            let from = usize::try_from(start).expect("small");
            let length = body.len();
            let (head, bytes) = match manner {
                Manner::Ranges if start > 0 => (
                    format!("206 Partial Content\r\ncontent-range: bytes {start}-{}/{length}", length - 1),
                    body[from..].to_vec(),
                ),
                Manner::Lies => ("200 OK".to_owned(), vec![b'?'; length]),
                Manner::Missing => ("404 Not Found".to_owned(), Vec::new()),
                Manner::Ranges | Manner::WholeOnly | Manner::BreaksOff => ("200 OK".to_owned(), body.clone()),
            };
            let promised = bytes.len();
            let sent = if matches!(manner, Manner::BreaksOff) { &bytes[..length / 2] } else { &bytes[..] };
            let head = format!("HTTP/1.1 {head}\r\ncontent-length: {promised}\r\nconnection: close\r\n\r\n");
            // A client that has heard enough may be gone.
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(sent));
        }
        starts
    });
    (address, server)
}

/// A folder of its own for each test.
fn folder(test: &str) -> PathBuf {
    let folder = env::temp_dir().join(format!("xtask-download-{}-{test}", process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a temporary folder");
    folder
}

fn body() -> Vec<u8> {
    (0..40_000_u32).flat_map(u32::to_le_bytes).collect()
}

/// Downloads [`body`] where `.part` holds `left`, and returns what was asked for and whether the file came.
fn download(test: &str, left: &[u8], manners: &[Manner]) -> (Vec<u64>, bool) {
    let folder = folder(test);
    let path = folder.join("file.tgz");
    if !left.is_empty() {
        fs::write(part_of(&path), left).expect("writable");
    }
    let (url, server) = serve(body(), manners);
    let (bytes, integrity) = (body().len() as u64, integrity::of(&body()));
    let result = fetch(&Wanted { url: &url, bytes, integrity: &integrity, path: &path }, |_| ());
    let came = is_good(&path, bytes, &integrity);
    assert_eq!(result.is_ok(), came, "{result:?}");
    assert!(came || !path.exists(), "a bad file must not get the good one's name");
    fs::remove_dir_all(folder).expect("removable");
    (server.join().expect("the server ran"), came)
}

#[test]
fn a_file_comes_in_one_piece() {
    assert_eq!(download("whole", &[], &[Manner::Ranges]), (vec![0], true));
}

#[test]
fn an_interrupted_download_goes_on_where_it_stopped() {
    assert_eq!(download("resume", &body()[..1000], &[Manner::Ranges]), (vec![1000], true));
    assert_eq!(download("breaks", &[], &[Manner::BreaksOff, Manner::Ranges]), (vec![0, 80_000], true));
}

#[test]
fn a_server_without_ranges_sends_the_file_anew() {
    assert_eq!(download("plain", &body()[..1000], &[Manner::WholeOnly, Manner::WholeOnly]), (vec![1000, 0], true));
}

#[test]
fn a_damaged_remainder_is_thrown_away() {
    let mut left = body()[..1000].to_vec();
    left[7] ^= 1;
    assert_eq!(download("damaged", &left, &[Manner::Ranges, Manner::Ranges]), (vec![1000, 0], true));
    let too_long = vec![0; body().len() + 1];
    assert_eq!(download("long", &too_long, &[Manner::Ranges]), (vec![0], true));
}

#[test]
fn a_complete_remainder_needs_no_server() {
    assert_eq!(download("complete", &body(), &[]), (vec![], true));
}

#[test]
fn a_wrong_or_missing_file_is_refused_after_some_tries() {
    assert_eq!(download("lies", &[], &[Manner::Lies; 4]), (vec![0; 4], false));
    assert_eq!(download("missing", &[], &[Manner::Missing; 4]), (vec![0; 4], false));
}
