// Package clients runs go-redis against the server that tests/clients/run has started.
//
// This file: where the server is, how to command it, and the few assertions that the tests share.
package clients

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

const waitLimit = 10 * time.Second

var (
	address  = net.JoinHostPort(os.Getenv("LARDER_HOST"), os.Getenv("LARDER_PORT"))
	password = os.Getenv("LARDER_PASSWORD")
)

// forEachProtocol runs the test with a client on an empty server, in RESP2 and in RESP3.
func forEachProtocol(t *testing.T, test func(t *testing.T, ctx context.Context, client *redis.Client)) {
	for _, protocol := range []int{2, 3} {
		t.Run(fmt.Sprintf("RESP%d", protocol), func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			client := connect(t, protocol, nil)
			must(t, client.FlushAll(ctx).Err())
			test(t, ctx, client)
		})
	}
}

// connect opens a client that is closed at the end of the test; change may alter its options.
func connect(t *testing.T, protocol int, change func(*redis.Options)) *redis.Client {
	options := &redis.Options{
		Addr: address, Password: password, Protocol: protocol, ClientName: "suite",
		MaxRetries: 10, MinRetryBackoff: 5 * time.Millisecond, MaxRetryBackoff: 200 * time.Millisecond,
	}
	if change != nil {
		change(options)
	}
	client := redis.NewClient(options)
	t.Cleanup(func() { client.Close() })
	return client
}

// protocolOf is what the client was opened with.
func protocolOf(client *redis.Client) int { return client.Options().Protocol }

// serverControl commands the server: stop | start [ARGS...] | restart [ARGS...] | freeze | thaw.
func serverControl(t *testing.T, command string) {
	t.Helper()
	connection, err := net.DialTimeout("tcp", "127.0.0.1:"+os.Getenv("LARDER_CONTROL_PORT"), waitLimit)
	must(t, err)
	defer connection.Close()
	must(t, connection.SetDeadline(time.Now().Add(time.Minute)))
	_, err = fmt.Fprintln(connection, command)
	must(t, err)
	answer, err := bufio.NewReader(connection).ReadString('\n')
	must(t, err)
	equal(t, strings.TrimSpace(answer), "ok")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %#v, want %#v", got, want)
	}
}

func between[T int | int64 | time.Duration](t *testing.T, got, low, high T) {
	t.Helper()
	if got < low || got > high {
		t.Fatalf("got %v, want %v to %v", got, low, high)
	}
}

func failsWith(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Fatalf("got error %v, want one with %q", err, text)
	}
}

// eventually polls until the condition holds; a bound makes "never" a failure.
func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(waitLimit); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the condition did not come true")
		}
	}
}

// figure reads one number from a section of INFO.
func figure(t *testing.T, ctx context.Context, client *redis.Client, section, field string) int64 {
	t.Helper()
	text, err := client.Info(ctx, section).Result()
	must(t, err)
	match := regexp.MustCompile(`(?m)^` + field + `:(\d+)\r$`).FindStringSubmatch(text)
	if match == nil {
		t.Fatalf("no %s in INFO %s:\n%s", field, section, text)
	}
	number, err := strconv.ParseInt(match[1], 10, 64)
	must(t, err)
	return number
}
