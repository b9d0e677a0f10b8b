//! The blocking client: connecting, the caching patterns (numbers as in ../../README.md), pipelines, transactions,
//! messages, and a server that goes away. Each test runs in RESP2 and in RESP3, one test at a time.

use larder_clients_redis_rs::*;
use redis::{Commands, ConnectionLike, ErrorKind, ExistenceCheck, Expiry, IntegerReplyOrNoOp, SetExpiry, SetOptions};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn all_bytes() -> Vec<u8> {
    (0..=255).collect()
}

fn absent(connection: &mut redis::Connection, key: &str) -> bool {
    connection.get::<_, Option<String>>(key).unwrap().is_none()
}

fn seconds_left(connection: &mut redis::Connection, key: &str) -> usize {
    match connection.ttl(key).unwrap() {
        IntegerReplyOrNoOp::IntegerReply(seconds) => seconds,
        other => panic!("{key} has no deadline: {other:?}"),
    }
}

#[test]
fn handshake_and_client_info() {
    for protocol in PROTOCOLS {
        let mut db = empty_server(protocol);
        let _: () = db.client_setname("suite").unwrap();
        assert_eq!(db.client_getname::<Option<String>>().unwrap().as_deref(), Some("suite"));
        let info: String = redis::cmd("CLIENT").arg("INFO").query(&mut db).unwrap();
        assert!(info.contains(" name=suite "), "{info}");
        assert!(info.contains(&format!(" resp={}", &protocol[4..])), "{info}");
        let id: u64 = db.client_id().unwrap();
        assert!(info.starts_with(&format!("id={id} ")), "{info}");
        let version: String = redis::cmd("INFO").arg("server").query(&mut db).unwrap();
        if !version.contains("redis_version:7.0") {
            assert!(info.contains(" lib-name=redis-rs"), "{info}"); // CLIENT SETINFO is newer than 7.0
        }
    }
}

#[test]
fn wrong_and_missing_passwords() {
    for protocol in PROTOCOLS {
        let open = |password| redis::Client::open(url_with(password, 0, protocol)).unwrap().get_connection();
        let wrong = open("wrong").err().unwrap();
        // The library words the refusal of AUTH itself; that of HELLO comes from the server.
        assert!(wrong.kind() == ErrorKind::AuthenticationFailed || wrong.code() == Some("WRONGPASS"), "{wrong}");
        let refused = open("").and_then(|mut db| db.get::<_, Option<String>>("k")).unwrap_err();
        assert!(refused.code() == Some("NOAUTH"), "{refused}");
    }
}

#[test]
fn unix_socket() {
    for protocol in PROTOCOLS {
        let mut db = redis::Client::open(unix_url(protocol)).unwrap().get_connection().unwrap();
        assert_eq!(redis::cmd("PING").query::<String>(&mut db).unwrap(), "PONG");
    }
}

#[test]
fn p01_cache_aside() {
    for protocol in PROTOCOLS {
        let mut db = empty_server(protocol);
        let mut queries = 0;
        let mut product = |db: &mut redis::Connection| -> String {
            if let Some(cached) = db.get::<_, Option<String>>("product:7").unwrap() {
                return cached;
            }
            queries += 1;
            let _: () = db.set_ex("product:7", "lamp", 60).unwrap();
            "lamp".into()
        };
        assert_eq!(product(&mut db), "lamp");
        assert_eq!(product(&mut db), "lamp");
        assert!((59..=60).contains(&seconds_left(&mut db, "product:7")));
        let _: () = db.pset_ex("product:7", "short", 50).unwrap();
        eventually(|| absent(&mut db, "product:7"));
        assert!(!db.exists::<_, bool>("product:7").unwrap());
        assert_eq!(product(&mut db), "lamp");
        assert_eq!(queries, 2);
    }
}

#[test]
fn p02_explicit_invalidation() {
    for protocol in PROTOCOLS {
        let mut db = empty_server(protocol);
        let _: () = db.set("k", "v").unwrap();
        assert_eq!(db.del::<_, i64>("k").unwrap(), 1);
        assert!(absent(&mut db, "k"));
        assert_eq!(db.del::<_, i64>(&["k", "l"]).unwrap(), 0);
    }
}

#[test]
fn p03_ttl_for_an_early_refresh() {
    for protocol in PROTOCOLS {
        let mut db = empty_server(protocol);
        let _: () = db.set("k", "v").unwrap();
        assert_eq!(db.ttl::<_, i64>("k").unwrap(), -1);
        assert_eq!(db.ttl::<_, i64>("none").unwrap(), -2);
        assert!(db.expire::<_, bool>("k", 100).unwrap());
        let first: i64 = db.pttl("k").unwrap();
        assert!((99_001..=100_000).contains(&first), "{first}");
        eventually(|| db.pttl::<_, i64>("k").unwrap() < first);
        assert!(db.persist::<_, bool>("k").unwrap());
        assert_eq!(db.ttl::<_, i64>("k").unwrap(), -1);
    }
}

#[test]
fn p04_stampede_lock() {
    for protocol in PROTOCOLS {
        let mut db = empty_server(protocol);
        let only_one = || SetOptions::default().conditional_set(ExistenceCheck::NX).with_expiration(SetExpiry::EX(5));
        let threads: Vec<_> = (0..20)
            .map(|number| {
                let mut db = client(protocol).get_connection().unwrap();
                std::thread::spawn(move || {
                    let mut take = |n| db.set_options::<_, _, Option<String>>("lock", n, only_one()).unwrap();
                    (0..50).filter(|turn| take(number * 50 + turn).as_deref() == Some("OK")).count()
                })
            })
            .collect();
        assert_eq!(threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>(), 1);
        assert!((1..=5).contains(&seconds_left(&mut db, "lock")));
        assert_eq!(db.del::<_, i64>("lock").unwrap(), 1);
        assert_eq!(db.set_options::<_, _, Option<String>>("lock", 1, only_one()).unwrap().as_deref(), Some("OK"));
        assert_eq!(db.set_options::<_, _, Option<String>>("lock", 2, only_one()).unwrap(), None);
    }
}

#[test]
fn p05_bulk_invalidation_by_pattern() {
    for protocol in PROTOCOLS {
        let mut db = empty_server(protocol);
        let stay: HashSet<String> = (0..1500).map(|n| format!("user:{n}:profile")).collect();
        let pairs: Vec<(String, &str)> = stay.iter().map(|key| (key.clone(), "x")).collect();
        let _: () = db.mset(&pairs).unwrap();
        let others: Vec<(String, &str)> = (0..500).map(|n| (format!("order:{n}"), "x")).collect();
        let _: () = db.mset(&others).unwrap();
        let stop = AtomicBool::new(false);
        let found: HashSet<String> = std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut other = client(protocol).get_connection().unwrap();
                while !stop.load(Ordering::Relaxed) {
                    let _: () = other.set("user:passing:profile", "x").unwrap(); // others come and go meanwhile
                    let _: i64 = other.del("user:passing:profile").unwrap();
                }
            });
            let options = redis::ScanOptions::default().with_pattern("user:*:profile").with_count(100);
            let keys = db.scan_options::<String>(options).unwrap().collect::<Result<_, _>>().unwrap();
            stop.store(true, Ordering::Relaxed);
            keys
        });
        assert!(stay.is_subset(&found));
        assert!(found.difference(&stay).all(|key| key == "user:passing:profile"));
        assert_eq!(db.del::<_, i64>(stay.iter().collect::<Vec<_>>()).unwrap(), 1500);
        assert_eq!(redis::cmd("DBSIZE").query::<i64>(&mut db).unwrap(), 500);
    }
}

#[test]
fn p06_tag_sets() {
    for protocol in PROTOCOLS {
        let mut db = empty_server(protocol);
        for n in 0..20 {
            let key = format!("page:{n}");
            let _: () = db.set_ex(&key, "<html>", 60).unwrap();
            assert_eq!(db.sadd::<_, _, i64>("tag", &key).unwrap(), 1);
            assert!(db.expire::<_, bool>("tag", 60).unwrap());
        }
        let mut doomed: HashSet<String> = db.smembers("tag").unwrap();
        assert_eq!(doomed.len(), 20);
        doomed.insert("tag".into());
        assert_eq!(db.del::<_, i64>(doomed.iter().collect::<Vec<_>>()).unwrap(), 21);
        assert_eq!(redis::cmd("DBSIZE").query::<i64>(&mut db).unwrap(), 0);
    }
}

#[test]
fn p07_stale_while_revalidate() {
    for protocol in PROTOCOLS {
        let mut db = empty_server(protocol);
        let _: () = db.pset_ex("fresh", "one", 50).unwrap();
        let _: () = db.set_ex("stale", "one", 60).unwrap();
        eventually(|| absent(&mut db, "fresh"));
        let pair: (Option<String>, Option<String>) = db.mget(&["fresh", "stale"]).unwrap();
        assert_eq!(pair, (None, Some("one".into())));
        let _: () = db.set_ex("fresh", "two", 60).unwrap();
        assert_eq!(db.mget::<_, Vec<String>>(&["fresh", "stale"]).unwrap(), ["two", "one"]);
    }
}

#[test]
fn p08_versioned_prefixes_and_binary_values() {
    for protocol in PROTOCOLS {
        let mut db = empty_server(protocol);
        assert_eq!(db.incr::<_, _, i64>("version", 1).unwrap(), 1);
        let _: () = db.set_ex("v1:user", all_bytes(), 60).unwrap();
        assert_eq!(db.get::<_, Vec<u8>>("v1:user").unwrap(), all_bytes());
        assert_eq!(db.incr::<_, _, i64>("version", 1).unwrap(), 2);
        assert!(absent(&mut db, "v2:user"));
        for size in [0, 1, 4096, 65_537, 3_000_001] {
            let value: Vec<u8> = (0..size).map(|n: u32| (n.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
            let _: () = db.set(all_bytes(), &value).unwrap();
            assert!(db.get::<_, Vec<u8>>(all_bytes()).unwrap() == value, "{size} bytes");
        }
    }
}

#[test]
fn p09_sliding_sessions() {
    for protocol in PROTOCOLS {
        let mut db = empty_server(protocol);
        let _: () = db.set_ex("session", "data", 10).unwrap();
        assert_eq!(db.get_ex::<_, String>("session", Expiry::EX(100)).unwrap(), "data");
        assert!((99..=100).contains(&seconds_left(&mut db, "session")));
        assert!(db.expire::<_, bool>("session", 200).unwrap());
        assert!((199..=200).contains(&seconds_left(&mut db, "session")));
        assert_eq!(db.get_ex::<_, String>("session", Expiry::PERSIST).unwrap(), "data");
        assert_eq!(db.ttl::<_, i64>("session").unwrap(), -1);
    }
}

#[test]
fn p10_leaderboard_snapshot() {
    for protocol in PROTOCOLS {
        let mut db = empty_server(protocol);
        let board: String = (0..100).map(|n| format!("p{n}={}\n", 1000 - n)).collect();
        let _: () = db.set_ex("leaderboard", &board, 5).unwrap();
        assert_eq!(db.get::<_, String>("leaderboard").unwrap(), board);
        assert!((1..=5).contains(&seconds_left(&mut db, "leaderboard")));
    }
}

#[test]
fn p13_databases_are_apart() {
    for protocol in PROTOCOLS {
        let mut db = empty_server(protocol);
        let mut queue = redis::Client::open(url(9, protocol)).unwrap().get_connection().unwrap();
        assert_eq!(queue.get_db(), 9);
        let _: () = queue.set("job", "1").unwrap();
        let _: () = db.set("page", "1").unwrap();
        assert!(absent(&mut db, "job"));
        redis::cmd("FLUSHDB").exec(&mut db).unwrap();
        assert_eq!(redis::cmd("DBSIZE").query::<i64>(&mut db).unwrap(), 0);
        assert_eq!(redis::cmd("DBSIZE").query::<i64>(&mut queue).unwrap(), 1);
        assert!(redis::Client::open(url(99, protocol)).unwrap().get_connection().is_err());
    }
}

#[test]
fn p15_hit_ratio() {
    for protocol in PROTOCOLS {
        let mut db = empty_server(protocol);
        let _: () = db.set("k", "v").unwrap();
        redis::cmd("CONFIG").arg("RESETSTAT").exec(&mut db).unwrap();
        assert!((0..8).all(|_| !absent(&mut db, "k")));
        assert!((0..2).all(|_| absent(&mut db, "none")));
        assert_eq!(figure(&mut db, "stats", "keyspace_hits"), 8);
        assert_eq!(figure(&mut db, "stats", "keyspace_misses"), 2);
        let _: () = db.pset_ex("unread", "v", 20).unwrap();
        eventually(|| figure(&mut db, "stats", "expired_keys") == 1);
    }
}

#[test]
fn p16_memory_is_capped() {
    const CAP: u64 = 16 << 20;
    for protocol in PROTOCOLS {
        server_control(&format!("restart --maxmemory {CAP} --maxmemory-policy allkeys-lru"));
        let mut db = empty_server(protocol);
        for start in (0..6000).step_by(500) {
            let mut batch = redis::pipe();
            for n in start..start + 500 {
                batch.set(format!("k:{n}"), vec![0u8; 4000]);
            }
            assert_eq!(batch.query::<Vec<String>>(&mut db).unwrap(), vec!["OK"; 500]);
            let used = figure(&mut db, "memory", "used_memory");
            assert!(used <= CAP + CAP / 1000 + (1 << 20), "{used}");
        }
        let evicted = figure(&mut db, "stats", "evicted_keys");
        assert!((1700..6000).contains(&evicted), "{evicted}");
        assert_eq!(db.get::<_, Vec<u8>>("k:5999").unwrap().len(), 4000);
        server_control("restart");
    }
}

#[test]
fn pipelines() {
    for protocol in PROTOCOLS {
        let mut db = empty_server(protocol);
        let mut batch = redis::pipe();
        for n in 0..3000 {
            batch.set(format!("k{n}"), n).ignore().get(format!("k{n}"));
        }
        assert_eq!(batch.query::<Vec<i64>>(&mut db).unwrap(), (0..3000).collect::<Vec<i64>>());
        let mixed = redis::pipe().set("word", "abc").incr("word", 1).get("word").query::<redis::Value>(&mut db);
        assert!(mixed.unwrap_err().to_string().contains("not an integer or out of range"));
        assert_eq!(db.get::<_, String>("word").unwrap(), "abc");
    }
}

#[test]
fn transactions_and_conflicts() {
    for protocol in PROTOCOLS {
        let mut db = empty_server(protocol);
        let answers: (i64, Vec<Option<String>>, HashSet<String>) =
            redis::pipe().atomic().incr("a", 1).mget(&["a", "b"]).smembers("none").query(&mut db).unwrap();
        assert_eq!(answers, (1, vec![Some("1".into()), None], HashSet::new()));

        let _: () = db.set("stock", 10).unwrap();
        let mut other = client(protocol).get_connection().unwrap();
        let mut attempts = 0;
        let (sold,): (i64,) = redis::transaction(&mut db, &["stock"], |db, batch| {
            let left: i64 = db.get("stock")?;
            attempts += 1;
            if attempts == 1 {
                let _: i64 = other.decr("stock", 1)?; // somebody else was faster: EXEC answers null, and once again
            }
            batch.set("stock", left - 1).ignore().get("stock").query(db)
        })
        .unwrap();
        assert_eq!((attempts, sold), (2, 8));

        redis::cmd("MULTI").exec(&mut db).unwrap();
        assert_eq!(redis::cmd("SET").arg("never").arg(1).query::<String>(&mut db).unwrap(), "QUEUED");
        assert!(redis::cmd("GET").query::<String>(&mut db).is_err());
        let discarded = redis::cmd("EXEC").exec(&mut db).unwrap_err();
        assert!(discarded.to_string().contains("discarded because of previous errors"), "{discarded}");
        assert!(absent(&mut db, "never"));
    }
}

#[test]
fn publish_and_subscribe() {
    for protocol in PROTOCOLS {
        let mut db = empty_server(protocol);
        let mut listener = client(protocol).get_connection().unwrap();
        let mut subscriber = listener.as_pubsub();
        subscriber.set_read_timeout(Some(WAIT_LIMIT)).unwrap();
        subscriber.subscribe("news").unwrap();
        subscriber.psubscribe("n*").unwrap();
        assert_eq!(db.publish::<_, _, i64>("news", all_bytes()).unwrap(), 2);
        let messages = [subscriber.get_message().unwrap(), subscriber.get_message().unwrap()];
        assert!(messages.iter().all(|message| message.get_payload_bytes() == all_bytes()));
        assert!(messages.iter().all(|message| message.get_channel_name() == "news"));
        assert_eq!(messages.iter().filter(|message| message.from_pattern()).count(), 1);
        subscriber.unsubscribe("news").unwrap();
        subscriber.punsubscribe("n*").unwrap();
        assert_eq!(db.publish::<_, _, i64>("news", "nobody").unwrap(), 0);
    }
}

#[test]
fn reconnects_after_a_restart() {
    for protocol in PROTOCOLS {
        let mut db = empty_server(protocol);
        let _: () = db.set("kept", "in memory only").unwrap();
        server_control("restart");
        let lost = db.get::<_, Option<String>>("kept").unwrap_err();
        assert!(lost.is_connection_dropped() || lost.is_io_error(), "{lost}");
        let mut db = client(protocol).get_connection().unwrap(); // the blocking client leaves this to its user
        assert!(absent(&mut db, "kept"));
    }
}

/// Pattern 14: the caller notices in time and goes to its database.
#[test]
fn p14_server_down_or_slow() {
    for protocol in PROTOCOLS {
        let mut db = empty_server(protocol);
        db.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        server_control("freeze");
        let late = db.get::<_, Option<String>>("k");
        server_control("thaw");
        assert!(late.unwrap_err().is_timeout());
        server_control("stop");
        let refused = client(protocol).get_connection().err().unwrap();
        server_control("start");
        assert!(refused.is_connection_refusal(), "{refused}");
    }
}
