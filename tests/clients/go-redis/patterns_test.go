// The caching patterns; the numbers are those of the list in ../README.md.

package clients

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

func allBytes() string {
	var text strings.Builder
	for n := range 256 {
		text.WriteByte(byte(n))
	}
	return text.String()
}

func isGone(ctx context.Context, client *redis.Client, key string) func() bool {
	return func() bool { return client.Get(ctx, key).Err() == redis.Nil }
}

func Test01CacheAside(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		queries := 0
		product := func() string {
			cached, err := client.Get(ctx, "product:7").Result()
			if err == nil {
				return cached
			}
			equal(t, err, redis.Nil)
			queries++
			equal(t, client.SetEx(ctx, "product:7", "lamp", time.Minute).Val(), "OK")
			return "lamp"
		}
		equal(t, product()+product(), "lamplamp")
		equal(t, queries, 1)
		between(t, client.TTL(ctx, "product:7").Val(), 59*time.Second, time.Minute)
		equal(t, client.Set(ctx, "product:7", "short", 50*time.Millisecond).Val(), "OK")
		eventually(t, isGone(ctx, client, "product:7"))
		equal(t, client.Exists(ctx, "product:7").Val(), int64(0))
		equal(t, product(), "lamp")
		equal(t, queries, 2)
	})
}

func Test02ExplicitInvalidation(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		must(t, client.Set(ctx, "k", "v", 0).Err())
		equal(t, client.Del(ctx, "k").Val(), int64(1))
		equal(t, client.Get(ctx, "k").Err(), redis.Nil)
		equal(t, client.Del(ctx, "k", "l").Val(), int64(0))
	})
}

func Test03TTLForAnEarlyRefresh(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		must(t, client.Set(ctx, "k", "v", 0).Err())
		equal(t, client.TTL(ctx, "k").Val(), time.Duration(-1))
		equal(t, client.TTL(ctx, "none").Val(), time.Duration(-2))
		equal(t, client.Expire(ctx, "k", 100*time.Second).Val(), true)
		first := client.PTTL(ctx, "k").Val()
		between(t, first, 99*time.Second, 100*time.Second)
		eventually(t, func() bool { return client.PTTL(ctx, "k").Val() < first })
		equal(t, client.Persist(ctx, "k").Val(), true)
		equal(t, client.TTL(ctx, "k").Val(), time.Duration(-1))
	})
}

func Test04StampedeLock(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		var winners, losers atomic.Int32
		var callers sync.WaitGroup
		for n := range 1000 {
			callers.Go(func() {
				switch err := client.SetArgs(ctx, "lock", n, redis.SetArgs{Mode: "NX", TTL: 5 * time.Second}).Err(); err {
				case nil:
					winners.Add(1)
				case redis.Nil:
					losers.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		callers.Wait()
		equal(t, winners.Load(), int32(1))
		equal(t, losers.Load(), int32(999))
		between(t, client.TTL(ctx, "lock").Val(), time.Second, 5*time.Second)
		equal(t, client.Del(ctx, "lock").Val(), int64(1))
		equal(t, client.SetNX(ctx, "lock", "next", time.Minute).Val(), true)
		equal(t, client.SetNX(ctx, "lock", "late", time.Minute).Val(), false)
	})
}

func Test05BulkInvalidation(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		var stay []string
		var pairs []any
		for n := range 1500 {
			stay = append(stay, fmt.Sprintf("user:%d:profile", n))
			pairs = append(pairs, stay[n], "x", fmt.Sprintf("order:%d", n), "x")
		}
		must(t, client.MSet(ctx, pairs...).Err())
		passing, stop := make(chan error), make(chan struct{})
		go func() { // others come and go meanwhile
			for turn := 1; ; turn++ {
				select {
				case <-stop:
					passing <- client.Unlink(ctx, fmt.Sprintf("user:passing%d:profile", turn-1)).Err()
					return
				default:
					client.Set(ctx, fmt.Sprintf("user:passing%d:profile", turn), "x", 0)
					client.Del(ctx, fmt.Sprintf("user:passing%d:profile", turn-1))
				}
			}
		}()
		found := map[string]bool{}
		scan := client.Scan(ctx, 0, "user:*:profile", 100).Iterator()
		for scan.Next(ctx) {
			found[scan.Val()] = true
		}
		must(t, scan.Err())
		close(stop)
		must(t, <-passing)
		for _, key := range stay {
			if !found[key] {
				t.Errorf("%s was not found", key)
			}
			delete(found, key)
		}
		for key := range found {
			equal(t, strings.HasPrefix(key, "user:passing"), true)
		}
		equal(t, client.Del(ctx, stay...).Val(), int64(1500))
		equal(t, client.DBSize(ctx).Val(), int64(1500))
	})
}

func Test06TagSets(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		for n := range 20 {
			key := fmt.Sprintf("page:%d", n)
			must(t, client.SetEx(ctx, key, "<html>", time.Minute).Err())
			equal(t, client.SAdd(ctx, "tag", key).Val(), int64(1))
			equal(t, client.Expire(ctx, "tag", time.Minute).Val(), true)
		}
		members, err := client.SMembersMap(ctx, "tag").Result()
		must(t, err)
		equal(t, len(members), 20)
		doomed := []string{"tag"}
		for key := range members {
			doomed = append(doomed, key)
		}
		equal(t, client.Del(ctx, doomed...).Val(), int64(21))
		equal(t, client.DBSize(ctx).Val(), int64(0))
	})
}

func Test07StaleWhileRevalidate(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		must(t, client.Set(ctx, "fresh", "one", 50*time.Millisecond).Err())
		must(t, client.SetEx(ctx, "stale", "one", time.Minute).Err())
		eventually(t, isGone(ctx, client, "fresh"))
		equal(t, client.MGet(ctx, "fresh", "stale").Val(), []any{nil, "one"})
		must(t, client.SetEx(ctx, "fresh", "two", time.Minute).Err())
		equal(t, client.MGet(ctx, "fresh", "stale").Val(), []any{"two", "one"})
	})
}

func Test08VersionedPrefixesAndBinaryValues(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		equal(t, client.Incr(ctx, "version").Val(), int64(1))
		must(t, client.Set(ctx, "v1:user", allBytes(), time.Minute).Err())
		equal(t, client.Get(ctx, "v1:user").Val(), allBytes())
		equal(t, client.Incr(ctx, "version").Val(), int64(2))
		equal(t, client.Get(ctx, "v2:user").Err(), redis.Nil)
		for _, size := range []int{0, 1, 4096, 65_537, 3_000_001} {
			value := make([]byte, size)
			rand.Read(value)
			must(t, client.Set(ctx, allBytes(), value, 0).Err())
			got, err := client.Get(ctx, allBytes()).Bytes()
			must(t, err)
			equal(t, string(got) == string(value), true)
		}
	})
}

func Test09SlidingSessions(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		must(t, client.Set(ctx, "session", "data", 10*time.Second).Err())
		equal(t, client.GetEx(ctx, "session", 100*time.Second).Val(), "data")
		between(t, client.TTL(ctx, "session").Val(), 99*time.Second, 100*time.Second)
		equal(t, client.ExpireGT(ctx, "session", 200*time.Second).Val(), true)
		equal(t, client.ExpireGT(ctx, "session", 20*time.Second).Val(), false)
		between(t, client.TTL(ctx, "session").Val(), 199*time.Second, 200*time.Second)
		equal(t, client.GetEx(ctx, "session", 0).Val(), "data") // 0: GETEX PERSIST
		equal(t, client.TTL(ctx, "session").Val(), time.Duration(-1))
	})
}

func Test10LeaderboardSnapshot(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		board := map[string]int{}
		for n := range 100 {
			board[fmt.Sprintf("p%d", n)] = 1000 - n
		}
		text, err := json.Marshal(board)
		must(t, err)
		must(t, client.SetEx(ctx, "leaderboard", text, 5*time.Second).Err())
		var got map[string]int
		must(t, json.Unmarshal([]byte(client.Get(ctx, "leaderboard").Val()), &got))
		equal(t, got, board)
	})
}

func Test13DatabasesAreApart(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		queue := connect(t, protocolOf(client), func(o *redis.Options) { o.DB = 9 })
		must(t, queue.Set(ctx, "job", "1", 0).Err())
		must(t, client.Set(ctx, "page", "1", 0).Err())
		equal(t, client.Get(ctx, "job").Err(), redis.Nil)
		equal(t, client.FlushDB(ctx).Val(), "OK")
		equal(t, client.DBSize(ctx).Val(), int64(0))
		equal(t, queue.DBSize(ctx).Val(), int64(1))
		outside := connect(t, protocolOf(client), func(o *redis.Options) { o.DB = 99 })
		failsWith(t, outside.Ping(ctx).Err(), "DB index is out of range")
	})
}

func Test15HitRatio(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		must(t, client.Set(ctx, "k", "v", 0).Err())
		must(t, client.ConfigResetStat(ctx).Err())
		for range 8 {
			equal(t, client.Get(ctx, "k").Val(), "v")
		}
		equal(t, client.MGet(ctx, "none", "nor this").Val(), []any{nil, nil})
		equal(t, figure(t, ctx, client, "stats", "keyspace_hits"), int64(8))
		equal(t, figure(t, ctx, client, "stats", "keyspace_misses"), int64(2))
		must(t, client.Set(ctx, "unread", "v", 20*time.Millisecond).Err())
		eventually(t, func() bool { return figure(t, ctx, client, "stats", "expired_keys") == 1 })
	})
}

func Test16MemoryIsCapped(t *testing.T) {
	const limit = 16 << 20
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		serverControl(t, fmt.Sprintf("restart --maxmemory %d --maxmemory-policy allkeys-lru", limit))
		defer serverControl(t, "restart")
		for start := 0; start < 6000; start += 500 {
			batch, err := client.Pipelined(ctx, func(pipe redis.Pipeliner) error {
				for n := start; n < start+500; n++ {
					pipe.Set(ctx, fmt.Sprintf("k:%d", n), make([]byte, 4000), 0)
				}
				return nil
			})
			must(t, err)
			equal(t, len(batch), 500)
			between(t, figure(t, ctx, client, "memory", "used_memory"), 0, limit+limit/1000+1<<20)
		}
		between(t, figure(t, ctx, client, "stats", "evicted_keys"), 1700, 6000)
		equal(t, len(client.Get(ctx, "k:5999").Val()), 4000)
	})
}
