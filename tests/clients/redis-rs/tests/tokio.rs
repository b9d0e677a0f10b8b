//! The asynchronous client over tokio: one multiplexed connection for many tasks, a connection manager that comes back
//! by itself, push messages of RESP3.

use larder_clients_redis_rs::*;
use redis::aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection};
use redis::{AsyncCommands, ExistenceCheck, PushKind, SetExpiry, SetOptions};
use std::time::Duration;
use tokio::time::timeout;

async fn connect(protocol: &str) -> MultiplexedConnection {
    let mut connection = client(protocol).get_multiplexed_async_connection().await.unwrap();
    redis::cmd("FLUSHALL").exec_async(&mut connection).await.unwrap();
    connection
}

async fn absent(connection: &mut MultiplexedConnection, key: &str) {
    let poll = async {
        while connection.get::<_, Option<String>>(key).await.unwrap().is_some() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(WAIT_LIMIT, poll).await.expect("the key stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p01_to_03_cache_aside_and_ttl() {
    for protocol in PROTOCOLS {
        let mut db = connect(protocol).await;
        assert_eq!(db.get::<_, Option<String>>("page").await.unwrap(), None);
        let _: () = db.set_ex("page", "<html>", 60).await.unwrap();
        assert_eq!(db.get::<_, String>("page").await.unwrap(), "<html>");
        assert!((59..=60).contains(&db.ttl::<_, i64>("page").await.unwrap()));
        let _: () = db.pset_ex("page", "short", 50).await.unwrap();
        absent(&mut db, "page").await;
        assert_eq!(db.ttl::<_, i64>("page").await.unwrap(), -2);
        let _: () = db.set("page", "for ever").await.unwrap();
        assert_eq!(db.ttl::<_, i64>("page").await.unwrap(), -1);
        assert_eq!(db.del::<_, i64>("page").await.unwrap(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p04_one_of_a_thousand_gets_the_lock() {
    for protocol in PROTOCOLS {
        let mut db = connect(protocol).await;
        let mut lines = Vec::new();
        for _ in 0..10 {
            lines.push(client(protocol).get_multiplexed_async_connection().await.unwrap());
        }
        let callers: Vec<_> = (0..1000)
            .map(|n| {
                let mut line = lines[n % 10].clone();
                tokio::spawn(async move {
                    let only_one =
                        SetOptions::default().conditional_set(ExistenceCheck::NX).with_expiration(SetExpiry::EX(5));
                    line.set_options::<_, _, Option<String>>("lock", n, only_one).await.unwrap().is_some()
                })
            })
            .collect();
        let mut winners = Vec::new();
        for (n, caller) in callers.into_iter().enumerate() {
            if caller.await.unwrap() {
                winners.push(n);
            }
        }
        assert_eq!(winners.len(), 1);
        assert_eq!(db.get::<_, usize>("lock").await.unwrap(), winners[0]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn multiplexed_answers_reach_their_callers() {
    for protocol in PROTOCOLS {
        let db = connect(protocol).await;
        let tasks: Vec<_> = (0..500)
            .map(|n| {
                let mut db = db.clone();
                tokio::spawn(async move {
                    let _: () = db.set(format!("k{n}"), n).await.unwrap();
                    assert_eq!(db.get::<_, i64>(format!("k{n}")).await.unwrap(), n);
                    let sum: (i64,) = redis::pipe().atomic().incr("sum", 1).query_async(&mut db).await.unwrap();
                    sum.0
                })
            })
            .collect();
        let mut sums = Vec::new();
        for task in tasks {
            sums.push(task.await.unwrap());
        }
        sums.sort_unstable();
        assert_eq!(sums, (1..=500).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn push_messages_share_the_connection() {
    let (sender, mut messages) = tokio::sync::mpsc::unbounded_channel();
    let config = redis::AsyncConnectionConfig::new().set_push_sender(sender);
    let mut db = client("resp3").get_multiplexed_async_connection_with_config(&config).await.unwrap();
    db.subscribe("news").await.unwrap();
    assert_eq!(db.publish::<_, _, i64>("news", "hello").await.unwrap(), 1); // subscribed, and yet it may send commands
    let heard = timeout(WAIT_LIMIT, async {
        loop {
            let push = messages.recv().await.expect("the connection is closed");
            if push.kind == PushKind::Message {
                return push.data;
            }
        }
    });
    let heard = heard.await.expect("no message came");
    assert_eq!(redis::from_redis_value::<String>(heard[1].clone()).unwrap(), "hello");
    db.unsubscribe("news").await.unwrap();
    assert_eq!(db.publish::<_, _, i64>("news", "nobody").await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_manager_comes_back_after_a_restart() {
    for protocol in PROTOCOLS {
        let config = ConnectionManagerConfig::new().set_min_delay(Duration::from_millis(5)).set_number_of_retries(20);
        let mut db = ConnectionManager::new_with_config(client(protocol), config).await.unwrap();
        let _: () = db.set("kept", "in memory only").await.unwrap();
        tokio::task::spawn_blocking(|| server_control("restart")).await.unwrap();
        let back = async {
            loop {
                // The command that meets the broken connection fails; the manager connects again meanwhile.
                match db.get::<_, Option<String>>("kept").await {
                    Ok(value) => return value,
                    Err(lost) => assert!(lost.is_connection_dropped() || lost.is_io_error(), "{lost}"),
                }
            }
        };
        assert_eq!(timeout(WAIT_LIMIT, back).await.expect("it did not come back"), None);
    }
}
