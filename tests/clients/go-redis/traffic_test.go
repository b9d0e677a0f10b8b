// Pipelines, transactions and messages.

package clients

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

func TestPipeline(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		pipe := client.Pipeline()
		var gets []*redis.StringCmd
		var sum *redis.IntCmd
		for n := range 3000 {
			pipe.Set(ctx, fmt.Sprintf("k%d", n), n, 0)
			gets = append(gets, pipe.Get(ctx, fmt.Sprintf("k%d", n)))
			sum = pipe.IncrBy(ctx, "sum", int64(n))
		}
		_, err := pipe.Exec(ctx)
		must(t, err)
		equal(t, sum.Val(), int64(3000*2999/2))
		for n, get := range gets {
			equal(t, get.Val(), fmt.Sprint(n))
		}
	})
}

func TestPipelineErrorStandsInItsPlace(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		pipe := client.Pipeline()
		set, incr, get := pipe.Set(ctx, "word", "abc", 0), pipe.Incr(ctx, "word"), pipe.Get(ctx, "word")
		_, err := pipe.Exec(ctx)
		failsWith(t, err, "value is not an integer or out of range")
		must(t, set.Err())
		failsWith(t, incr.Err(), "value is not an integer or out of range")
		equal(t, get.Val(), "abc")
	})
}

func TestTransaction(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		pipe := client.TxPipeline()
		incr, values, none := pipe.Incr(ctx, "a"), pipe.MGet(ctx, "a", "b"), pipe.SMembers(ctx, "none")
		_, err := pipe.Exec(ctx)
		must(t, err)
		equal(t, incr.Val(), int64(1))
		equal(t, values.Val(), []any{"1", nil})
		equal(t, none.Val(), []string{})
	})
}

func TestMalformedCommandDiscardsTheTransaction(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		pipe := client.TxPipeline()
		pipe.Set(ctx, "never", "1", 0)
		pipe.Do(ctx, "get")
		_, err := pipe.Exec(ctx)
		failsWith(t, err, "EXECABORT Transaction discarded because of previous errors.")
		equal(t, client.Get(ctx, "never").Err(), redis.Nil)
	})
}

func TestWatchConflict(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		must(t, client.Set(ctx, "stock", 10, 0).Err())
		buy := func(disturb bool) error {
			return client.Watch(ctx, func(tx *redis.Tx) error {
				left, err := tx.Get(ctx, "stock").Int()
				must(t, err)
				if disturb {
					must(t, client.Decr(ctx, "stock").Err())
				}
				_, err = tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
					return pipe.Set(ctx, "stock", left-1, 0).Err()
				})
				return err
			}, "stock")
		}
		equal(t, buy(true), redis.TxFailedErr)
		equal(t, client.Get(ctx, "stock").Val(), "9")
		must(t, buy(false))
		equal(t, client.Get(ctx, "stock").Val(), "8")
	})
}

// receive is the next thing that a subscriber hears, bounded.
func receive(t *testing.T, ctx context.Context, subscriber *redis.PubSub) any {
	t.Helper()
	message, err := subscriber.ReceiveTimeout(ctx, waitLimit)
	must(t, err)
	return message
}

func TestPublishAndSubscribe(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		subscriber := client.Subscribe(ctx, "news")
		defer subscriber.Close()
		equal(t, receive(t, ctx, subscriber), any(&redis.Subscription{Kind: "subscribe", Channel: "news", Count: 1}))
		must(t, subscriber.PSubscribe(ctx, "n*"))
		equal(t, receive(t, ctx, subscriber), any(&redis.Subscription{Kind: "psubscribe", Channel: "n*", Count: 2}))
		equal(t, client.Publish(ctx, "news", allBytes()).Val(), int64(2))
		for range 2 {
			message := receive(t, ctx, subscriber).(*redis.Message)
			equal(t, message.Channel, "news")
			equal(t, message.Payload, allBytes())
		}
		equal(t, client.PubSubChannels(ctx, "n*").Val(), []string{"news"})
		equal(t, client.PubSubNumSub(ctx, "news", "none").Val(), map[string]int64{"news": 1, "none": 0})
		must(t, subscriber.Ping(ctx, "still there"))
		equal(t, receive(t, ctx, subscriber).(*redis.Pong).Payload, "still there")
		must(t, subscriber.Unsubscribe(ctx))
		must(t, subscriber.PUnsubscribe(ctx))
		eventually(t, func() bool { return client.Publish(ctx, "news", "nobody").Val() == 0 })
	})
}

func TestEventsOfExpiredKeys(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		must(t, client.ConfigSet(ctx, "notify-keyspace-events", "Ex").Err())
		defer client.ConfigSet(ctx, "notify-keyspace-events", "")
		subscriber := client.Subscribe(ctx, "__keyevent@0__:expired")
		defer subscriber.Close()
		receive(t, ctx, subscriber)
		must(t, client.Set(ctx, "session", "x", 30*time.Millisecond).Err())
		equal(t, receive(t, ctx, subscriber).(*redis.Message).Payload, "session")
	})
}
