// Connecting, authentication, and a server that goes away.

package clients

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

func TestHandshake(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		info, err := client.ClientInfo(ctx).Result()
		must(t, err)
		equal(t, info.Name, "suite")
		equal(t, info.Resp, protocolOf(client))
		equal(t, info.User, "default")
		number, err := client.ClientID(ctx).Result()
		must(t, err)
		equal(t, info.ID, number)
		version, err := client.Info(ctx, "server").Result()
		must(t, err)
		if !strings.Contains(version, "redis_version:7.0") { // CLIENT SETINFO is newer
			equal(t, strings.HasPrefix(info.LibName, "go-redis"), true)
		}
	})
}

func TestHelloAndSetName(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		connection := client.Conn()
		defer connection.Close()
		hello, err := connection.Hello(ctx, protocolOf(client), "default", password, "by-hello").Result()
		must(t, err)
		equal(t, hello["server"], any("redis"))
		equal(t, hello["proto"], any(int64(protocolOf(client))))
		equal(t, connection.ClientGetName(ctx).Val(), "by-hello")
		equal(t, connection.ClientSetName(ctx, "renamed").Val(), true)
		equal(t, connection.ClientGetName(ctx).Val(), "renamed")
		failsWith(t, connection.ClientSetName(ctx, "with blanks").Err(), "cannot contain spaces")
	})
}

func TestWrongAndMissingPassword(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		wrong := connect(t, protocolOf(client), func(o *redis.Options) { o.Password = "wrong" })
		failsWith(t, wrong.Ping(ctx).Err(), "WRONGPASS")
		none := connect(t, protocolOf(client), func(o *redis.Options) { o.Password = ""; o.ClientName = "" })
		failsWith(t, none.Ping(ctx).Err(), "NOAUTH")
	})
}

func TestUrlAndUnixSocket(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		options, err := redis.ParseURL("redis://:" + password + "@" + address + "/4")
		must(t, err)
		byURL := redis.NewClient(options)
		defer byURL.Close()
		equal(t, byURL.ClientInfo(ctx).Val().DB, 4)
		bySocket := connect(t, protocolOf(client), func(o *redis.Options) {
			o.Network, o.Addr = "unix", os.Getenv("LARDER_SOCKET")
		})
		equal(t, bySocket.Ping(ctx).Val(), "PONG")
	})
}

func TestReconnectsAfterARestart(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		must(t, client.Set(ctx, "kept", "in memory only", 0).Err())
		serverControl(t, "restart")
		equal(t, client.Get(ctx, "kept").Err(), redis.Nil)
		equal(t, client.ClientGetName(ctx).Val(), "suite")
	})
}

// Pattern 14: the caller notices in time and goes to its database.
func TestServerDownOrSlow(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		impatient := connect(t, protocolOf(client), func(o *redis.Options) {
			o.MaxRetries, o.ReadTimeout, o.DialTimeout, o.DialerRetries = -1, 100*time.Millisecond, time.Second, 1
		})
		must(t, impatient.Ping(ctx).Err())
		serverControl(t, "freeze")
		err := impatient.Get(ctx, "k").Err()
		serverControl(t, "thaw")
		var timeout interface{ Timeout() bool }
		equal(t, errors.As(err, &timeout) && timeout.Timeout(), true)
		serverControl(t, "stop")
		err = impatient.Get(ctx, "k").Err()
		serverControl(t, "start")
		if err == nil || errors.Is(err, redis.Nil) {
			t.Fatalf("got %v from a server that is down", err)
		}
		equal(t, client.Get(ctx, "k").Err(), redis.Nil)
	})
}

func TestUnknownCommandLeavesTheConnectionOpen(t *testing.T) {
	forEachProtocol(t, func(t *testing.T, ctx context.Context, client *redis.Client) {
		connection := client.Conn()
		defer connection.Close()
		before := connection.ClientID(ctx).Val()
		failsWith(t, connection.Process(ctx, redis.NewCmd(ctx, "nosuch", "a")), "unknown command 'nosuch', with args beginning with: 'a'")
		equal(t, connection.ClientID(ctx).Val(), before)
	})
}
