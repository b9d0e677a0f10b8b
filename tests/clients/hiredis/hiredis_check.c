/* hiredis against the server that tests/clients/run has started: connecting, the caching patterns (numbers as in
 * ../README.md), pipelines, transactions, messages, and a server that goes away. Everything is done with RESP2, and once
 * more with RESP3 where hiredis knows it (from 1.0). One thread; the first check that fails ends the program. */

#include <hiredis/hiredis.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

enum { kWaitLimitMs = 10000, kReplyLimitS = 20 };

static int protocol = 2;
static const char* test_name = "";

static void fail(int line, const char* text) {
  fprintf(stderr, "RESP%d %s, line %d: %s\n", protocol, test_name, line, text);
  exit(1);
}
#define CHECK(condition) ((condition) ? (void)0 : fail(__LINE__, #condition))

static const char* variable(const char* name) {
  const char* value = getenv(name);
  if (value == NULL) {
    fprintf(stderr, "%s is not set; start this through tests/clients/run\n", name);
    exit(2);
  }
  return value;
}

static long long now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

/* Pause of a polling loop; false once the loop has gone on for too long. */
static bool poll_again(long long started_ms) {
  const struct timespec pause = {0, 5000000};
  nanosleep(&pause, NULL);
  return now_ms() - started_ms < kWaitLimitMs;
}

/* Commands the server: stop | start [ARGS...] | restart [ARGS...] | freeze | thaw. */
static void server_control(const char* command) {
  const struct timeval limit = {60, 0};
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(variable("LARDER_CONTROL_PORT")))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int door = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(door, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  CHECK(connect(door, (struct sockaddr*)&address, sizeof address) == 0);
  CHECK(dprintf(door, "%s\n", command) > 0);
  char answer[256] = "";
  size_t length = 0;
  while (length + 1 < sizeof answer && strchr(answer, '\n') == NULL) {
    const ssize_t more = read(door, answer + length, sizeof answer - 1 - length);
    CHECK(more > 0);
    length += (size_t)more;
  }
  close(door);
  if (strcmp(answer, "ok\n") != 0) fail(__LINE__, answer);
}

/* A reply of the wanted kind; NULL of either protocol is REDIS_REPLY_NIL. Freed by the next call of its owner. */
static redisReply* expect(redisContext* db, redisReply* reply, int type) {
  if (reply == NULL) fail(__LINE__, db->errstr);
  if (reply->type != type) fail(__LINE__, reply->str != NULL ? reply->str : "a reply of another type");
  return reply;
}

/* An aggregate: hiredis names sets and maps of RESP3 with types of their own. */
static redisReply* aggregate(redisContext* db, redisReply* reply) {
  if (reply == NULL) fail(__LINE__, db->errstr);
  if (reply->str != NULL) fail(__LINE__, reply->str);
  CHECK(reply->type != REDIS_REPLY_INTEGER && reply->type != REDIS_REPLY_NIL);
  return reply;
}

static redisReply* command(redisContext* db, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  redisReply* reply = redisvCommand(db, format, arguments);
  va_end(arguments);
  return reply;
}

static void is_status(redisContext* db, redisReply* reply, const char* text) {
  CHECK(strcmp(expect(db, reply, REDIS_REPLY_STATUS)->str, text) == 0);
  freeReplyObject(reply);
}

static void is_nil(redisContext* db, redisReply* reply) { freeReplyObject(expect(db, reply, REDIS_REPLY_NIL)); }

static long long integer(redisContext* db, redisReply* reply) {
  const long long value = expect(db, reply, REDIS_REPLY_INTEGER)->integer;
  freeReplyObject(reply);
  return value;
}

static void is_bytes(redisContext* db, redisReply* reply, const void* bytes, size_t size) {
  expect(db, reply, REDIS_REPLY_STRING);
  CHECK((size_t)reply->len == size && memcmp(reply->str, bytes, size) == 0);
  freeReplyObject(reply);
}

static void is_text(redisContext* db, redisReply* reply, const char* text) { is_bytes(db, reply, text, strlen(text)); }

static void is_error(redisContext* db, redisReply* reply, const char* start) {
  if (reply == NULL) fail(__LINE__, db->errstr);
  CHECK(reply->type == REDIS_REPLY_ERROR);
  if (strncmp(reply->str, start, strlen(start)) != 0) fail(__LINE__, reply->str);
  freeReplyObject(reply);
}

#define INTEGER(db, ...) integer(db, command(db, __VA_ARGS__))

static bool is_gone(redisContext* db, const char* key) {
  redisReply* reply = command(db, "GET %s", key);
  if (reply == NULL) fail(__LINE__, db->errstr);
  const bool gone = reply->type == REDIS_REPLY_NIL;
  freeReplyObject(reply);
  return gone;
}

static void wait_until_gone(redisContext* db, const char* key) {
  const long long started = now_ms();
  while (!is_gone(db, key)) CHECK(poll_again(started));
}

/* One number of a section of INFO (a verbatim string in RESP3). */
static long long figure(redisContext* db, const char* section, const char* field) {
  redisReply* reply = command(db, "INFO %s", section);
  if (reply == NULL || reply->str == NULL) fail(__LINE__, "INFO gave no text");
  char line[64];
  snprintf(line, sizeof line, "\n%s:", field);
  const char* found = strstr(reply->str, line);
  if (found == NULL) fail(__LINE__, field);
  const long long value = atoll(found + strlen(line));
  freeReplyObject(reply);
  return value;
}

static redisContext* dial(void) {
  const struct timeval limit = {kReplyLimitS, 0};
  redisContext* db = redisConnectWithTimeout(variable("LARDER_HOST"), atoi(variable("LARDER_PORT")), limit);
  CHECK(db != NULL);
  if (db->err != 0) fail(__LINE__, db->errstr);
  CHECK(redisSetTimeout(db, limit) == REDIS_OK);
  return db;
}

static void greet(redisContext* db) {
  const char* password = variable("LARDER_PASSWORD");
  if (protocol == 2) {
    is_status(db, command(db, "AUTH %s", password), "OK");
    is_status(db, command(db, "CLIENT SETNAME suite"), "OK");
  } else {
    freeReplyObject(aggregate(db, command(db, "HELLO 3 AUTH default %s SETNAME suite", password)));
  }
}

static redisContext* dial_and_greet(void) {
  redisContext* db = dial();
  greet(db);
  return db;
}

static redisContext* empty_server(void) {
  redisContext* db = dial_and_greet();
  is_status(db, command(db, "FLUSHALL"), "OK");
  return db;
}

static void handshake(void) {
  redisContext* db = dial();
  is_error(db, command(db, "GET k"), "NOAUTH");
  is_error(db, command(db, "AUTH wrong"), "WRONGPASS");
  greet(db);
  is_text(db, command(db, "CLIENT GETNAME"), "suite");
  redisReply* info = command(db, "CLIENT INFO");
  CHECK(info != NULL && info->str != NULL && strstr(info->str, " name=suite ") != NULL);
  CHECK(strstr(info->str, protocol == 2 ? " resp=2" : " resp=3") != NULL);
  CHECK(strtoll(info->str + strlen("id="), NULL, 10) == INTEGER(db, "CLIENT ID"));
  freeReplyObject(info);
  is_error(db, command(db, "NOSUCH a"), "ERR unknown command 'NOSUCH', with args beginning with: 'a'");
  is_error(db, command(db, "GET"), "ERR wrong number of arguments for 'get' command");
  is_status(db, command(db, "PING"), "PONG");
  redisFree(db);

  db = redisConnectUnix(variable("LARDER_SOCKET"));
  CHECK(db != NULL && db->err == 0);
  greet(db);
  is_text(db, command(db, "ECHO hello"), "hello");
  redisFree(db);
}

static void p01_cache_aside(void) {
  redisContext* db = empty_server();
  is_nil(db, command(db, "GET page"));
  is_status(db, command(db, "SETEX page 60 %s", "<html>"), "OK");
  is_text(db, command(db, "GET page"), "<html>");
  const long long left = INTEGER(db, "TTL page");
  CHECK(left >= 59 && left <= 60);
  is_status(db, command(db, "SET page short PX 50"), "OK");
  wait_until_gone(db, "page");
  CHECK(INTEGER(db, "EXISTS page") == 0);
  redisFree(db);
}

static void p02_explicit_invalidation(void) {
  redisContext* db = empty_server();
  is_status(db, command(db, "SET k v"), "OK");
  CHECK(INTEGER(db, "DEL k") == 1);
  is_nil(db, command(db, "GET k"));
  CHECK(INTEGER(db, "DEL k l") == 0);
  redisFree(db);
}

static void p03_ttl_for_an_early_refresh(void) {
  redisContext* db = empty_server();
  is_status(db, command(db, "SET k v"), "OK");
  CHECK(INTEGER(db, "TTL k") == -1);
  CHECK(INTEGER(db, "TTL none") == -2);
  CHECK(INTEGER(db, "EXPIRE k 100") == 1);
  const long long first = INTEGER(db, "PTTL k");
  CHECK(first > 99000 && first <= 100000);
  const long long started = now_ms();
  while (INTEGER(db, "PTTL k") >= first) CHECK(poll_again(started));
  redisFree(db);
}

/* A thousand callers on fifty connections: all have asked before the first reads its answer. */
static void p04_stampede_lock(void) {
  enum { kLines = 50, kTurns = 20 };
  redisContext* db = empty_server();
  redisContext* lines[kLines];
  for (int line = 0; line < kLines; ++line) {
    lines[line] = dial_and_greet();
    for (int turn = 0; turn < kTurns; ++turn)
      CHECK(redisAppendCommand(lines[line], "SET lock %d NX EX 5", line * kTurns + turn) == REDIS_OK);
  }
  for (int line = 0; line < kLines; ++line) {
    for (int written = 0; !written;) CHECK(redisBufferWrite(lines[line], &written) == REDIS_OK);
  }
  int winners = 0;
  for (int line = 0; line < kLines; ++line) {
    for (int turn = 0; turn < kTurns; ++turn) {
      redisReply* reply = NULL;
      CHECK(redisGetReply(lines[line], (void**)&reply) == REDIS_OK);
      CHECK(reply->type == REDIS_REPLY_STATUS || reply->type == REDIS_REPLY_NIL);
      winners += reply->type == REDIS_REPLY_STATUS;
      freeReplyObject(reply);
    }
    redisFree(lines[line]);
  }
  CHECK(winners == 1);
  const long long left = INTEGER(db, "TTL lock");
  CHECK(left >= 1 && left <= 5);
  CHECK(INTEGER(db, "DEL lock") == 1);
  is_status(db, command(db, "SET lock next NX EX 5"), "OK");
  is_nil(db, command(db, "SET lock late NX EX 5"));
  redisFree(db);
}

static void p05_bulk_invalidation_by_pattern(void) {
  enum { kKeys = 1500 };
  redisContext* db = empty_server();
  for (int n = 0; n < kKeys; ++n) {
    is_status(db, command(db, "MSET user:%d:profile x order:%d x", n, n), "OK");
  }
  bool found[kKeys] = {false};
  unsigned long long cursor = 0;
  int turn = 0;
  do {
    redisReply* batch = aggregate(db, command(db, "SCAN %llu MATCH user:*:profile COUNT 100", cursor));
    CHECK(batch->elements == 2);
    cursor = strtoull(batch->element[0]->str, NULL, 10);
    for (size_t n = 0; n < batch->element[1]->elements; ++n) {
      int number = -1;
      const char* key = batch->element[1]->element[n]->str;
      CHECK(strncmp(key, "user:", 5) == 0);
      if (sscanf(key, "user:%d:profile", &number) == 1) found[number] = true;
    }
    freeReplyObject(batch);
    is_status(db, command(db, "SET user:passing%d:profile x", ++turn), "OK"); /* others come and go meanwhile */
    (void)INTEGER(db, "UNLINK user:passing%d:profile", turn - 1);
    CHECK(turn < 10000);
  } while (cursor != 0);
  for (int n = 0; n < kKeys; ++n) {
    CHECK(found[n]);
    CHECK(INTEGER(db, "DEL user:%d:profile", n) == 1);
  }
  CHECK(INTEGER(db, "DBSIZE") == kKeys + 1);
  redisFree(db);
}

static void p06_tag_sets(void) {
  redisContext* db = empty_server();
  for (int n = 0; n < 20; ++n) {
    is_status(db, command(db, "SETEX page:%d 60 x", n), "OK");
    CHECK(INTEGER(db, "SADD tag page:%d", n) == 1);
    CHECK(INTEGER(db, "EXPIRE tag 60") == 1);
  }
  redisReply* members = aggregate(db, command(db, "SMEMBERS tag"));
  CHECK(members->elements == 20);
  const char* doomed[22] = {"DEL", "tag"};
  for (size_t n = 0; n < members->elements; ++n) doomed[n + 2] = members->element[n]->str;
  CHECK(integer(db, redisCommandArgv(db, 22, doomed, NULL)) == 21);
  freeReplyObject(members);
  CHECK(INTEGER(db, "DBSIZE") == 0);
  redisFree(db);
}

static void p07_stale_while_revalidate(void) {
  redisContext* db = empty_server();
  is_status(db, command(db, "PSETEX fresh 50 one"), "OK");
  is_status(db, command(db, "SETEX stale 60 one"), "OK");
  wait_until_gone(db, "fresh");
  redisReply* both = expect(db, command(db, "MGET fresh stale"), REDIS_REPLY_ARRAY);
  CHECK(both->elements == 2 && both->element[0]->type == REDIS_REPLY_NIL);
  CHECK(strcmp(both->element[1]->str, "one") == 0);
  freeReplyObject(both);
  redisFree(db);
}

static void p08_versioned_prefixes_and_binary_values(void) {
  static const size_t kSizes[] = {0, 1, 256, 4096, 65537, 3000001};
  redisContext* db = empty_server();
  unsigned char name[256];
  for (int n = 0; n < 256; ++n) name[n] = (unsigned char)n;
  CHECK(INTEGER(db, "INCR version") == 1);
  is_status(db, command(db, "SET v1:user %b EX 60", name, sizeof name), "OK");
  is_bytes(db, command(db, "GET v1:user"), name, sizeof name);
  CHECK(INTEGER(db, "INCR version") == 2);
  is_nil(db, command(db, "GET v2:user"));
  unsigned char* value = malloc(kSizes[5]);
  CHECK(value != NULL);
  for (size_t n = 0; n < kSizes[5]; ++n) value[n] = (unsigned char)((n * 2654435761u) >> 11);
  for (size_t n = 0; n < sizeof kSizes / sizeof kSizes[0]; ++n) {
    is_status(db, command(db, "SET %b %b", name, sizeof name, value, kSizes[n]), "OK");
    is_bytes(db, command(db, "GET %b", name, sizeof name), value, kSizes[n]);
  }
  free(value);
  redisFree(db);
}

static void p09_sliding_sessions(void) {
  redisContext* db = empty_server();
  is_status(db, command(db, "SETEX session 10 data"), "OK");
  is_text(db, command(db, "GETEX session EX 100"), "data");
  CHECK(INTEGER(db, "TTL session") >= 99);
  CHECK(INTEGER(db, "EXPIRE session 200") == 1);
  CHECK(INTEGER(db, "TTL session") >= 199);
  is_text(db, command(db, "GETEX session PERSIST"), "data");
  CHECK(INTEGER(db, "TTL session") == -1);
  redisFree(db);
}

static void p10_leaderboard_snapshot(void) {
  redisContext* db = empty_server();
  char board[1500] = "[";
  for (int n = 0; n < 50; ++n) sprintf(board + strlen(board), "[\"p%d\",%d],", n, 1000 - n);
  is_status(db, command(db, "SETEX leaderboard 5 %s", board), "OK");
  is_text(db, command(db, "GET leaderboard"), board);
  redisFree(db);
}

static void p13_databases_are_apart(void) {
  redisContext* db = empty_server();
  redisContext* queue = dial_and_greet();
  is_status(queue, command(queue, "SELECT 9"), "OK");
  is_status(queue, command(queue, "SET job 1"), "OK");
  is_nil(db, command(db, "GET job"));
  is_status(db, command(db, "FLUSHDB"), "OK");
  CHECK(INTEGER(queue, "DBSIZE") == 1);
  is_error(db, command(db, "SELECT 99"), "ERR DB index is out of range");
  redisFree(queue);
  redisFree(db);
}

static void p15_hit_ratio(void) {
  redisContext* db = empty_server();
  is_status(db, command(db, "SET k v"), "OK");
  is_status(db, command(db, "CONFIG RESETSTAT"), "OK");
  for (int n = 0; n < 8; ++n) is_text(db, command(db, "GET k"), "v");
  for (int n = 0; n < 2; ++n) is_nil(db, command(db, "GET none"));
  CHECK(figure(db, "stats", "keyspace_hits") == 8);
  CHECK(figure(db, "stats", "keyspace_misses") == 2);
  is_status(db, command(db, "PSETEX unread 20 v"), "OK");
  const long long started = now_ms();
  while (figure(db, "stats", "expired_keys") != 1) CHECK(poll_again(started));
  redisFree(db);
}

static void p16_memory_is_capped(void) {
  enum { kCap = 16 << 20, kBatch = 500 };
  char restart[128];
  snprintf(restart, sizeof restart, "restart --maxmemory %d --maxmemory-policy allkeys-lru", kCap);
  server_control(restart);
  redisContext* db = empty_server();
  static const char kValue[4000] = "";
  for (int start = 0; start < 6000; start += kBatch) {
    for (int n = start; n < start + kBatch; ++n)
      CHECK(redisAppendCommand(db, "SET k:%d %b", n, kValue, sizeof kValue) == REDIS_OK);
    for (int n = 0; n < kBatch; ++n) {
      redisReply* reply = NULL;
      CHECK(redisGetReply(db, (void**)&reply) == REDIS_OK);
      is_status(db, reply, "OK");
    }
    CHECK(figure(db, "memory", "used_memory") <= kCap + kCap / 1000 + (1 << 20));
  }
  const long long evicted = figure(db, "stats", "evicted_keys");
  CHECK(evicted > 1700 && evicted < 6000);
  is_bytes(db, command(db, "GET k:5999"), kValue, sizeof kValue);
  redisFree(db);
  server_control("restart");
}

static void pipelines(void) {
  enum { kTurns = 3000 };
  redisContext* db = empty_server();
  for (int n = 0; n < kTurns; ++n) {
    CHECK(redisAppendCommand(db, "SET k%d %d", n, n) == REDIS_OK);
    CHECK(redisAppendCommand(db, "INCR k%d", n) == REDIS_OK);
    CHECK(redisAppendCommand(db, "INCR word%s", "") == REDIS_OK);
  }
  for (int n = 0; n < kTurns; ++n) {
    redisReply* replies[3];
    for (int part = 0; part < 3; ++part) CHECK(redisGetReply(db, (void**)&replies[part]) == REDIS_OK);
    is_status(db, replies[0], "OK");
    CHECK(integer(db, replies[1]) == n + 1);
    CHECK(integer(db, replies[2]) == n + 1);
  }
  redisFree(db);
}

static void transactions(void) {
  redisContext* db = empty_server();
  redisContext* other = dial_and_greet();
  is_status(db, command(db, "MULTI"), "OK");
  is_status(db, command(db, "SET word abc"), "QUEUED");
  is_status(db, command(db, "INCR word"), "QUEUED");
  is_status(db, command(db, "GET word"), "QUEUED");
  redisReply* answers = expect(db, command(db, "EXEC"), REDIS_REPLY_ARRAY);
  CHECK(answers->elements == 3);
  CHECK(answers->element[0]->type == REDIS_REPLY_STATUS);
  CHECK(answers->element[1]->type == REDIS_REPLY_ERROR);
  CHECK(strcmp(answers->element[2]->str, "abc") == 0);
  freeReplyObject(answers);

  is_status(db, command(db, "MULTI"), "OK");
  is_error(db, command(db, "GET"), "ERR wrong number of arguments for 'get' command");
  is_error(db, command(db, "EXEC"), "EXECABORT Transaction discarded because of previous errors.");
  is_status(db, command(db, "MULTI"), "OK");
  is_status(db, command(db, "SET never 1"), "QUEUED");
  is_status(db, command(db, "DISCARD"), "OK");
  is_nil(db, command(db, "GET never"));

  is_status(db, command(db, "SET stock 10"), "OK");
  is_status(db, command(db, "WATCH stock"), "OK");
  CHECK(INTEGER(other, "DECR stock") == 9);
  is_status(db, command(db, "MULTI"), "OK");
  is_status(db, command(db, "SET stock 0"), "QUEUED");
  is_nil(db, command(db, "EXEC"));
  is_text(db, command(db, "GET stock"), "9");
  redisFree(other);
  redisFree(db);
}

static void expect_message(redisContext* subscriber, const char* kind, const char* second, const char* last) {
  redisReply* message = NULL;
  CHECK(redisGetReply(subscriber, (void**)&message) == REDIS_OK);
  CHECK(message != NULL && message->elements >= 3);
  CHECK(strcmp(message->element[0]->str, kind) == 0);
  CHECK(strcmp(message->element[1]->str, second) == 0);
  const redisReply* end = message->element[message->elements - 1];
  if (end->type == REDIS_REPLY_INTEGER) {
    CHECK(end->integer == atoll(last));
  } else {
    CHECK(strcmp(end->str, last) == 0);
  }
  freeReplyObject(message);
}

static void messages(void) {
  redisContext* db = empty_server();
  redisContext* subscriber = dial_and_greet();
#if HIREDIS_MAJOR >= 1
  redisSetPushCallback(subscriber, NULL); /* pushes are read as replies are */
#endif
  CHECK(redisAppendCommand(subscriber, "SUBSCRIBE news sport") == REDIS_OK);
  expect_message(subscriber, "subscribe", "news", "1");
  expect_message(subscriber, "subscribe", "sport", "2");
  CHECK(redisAppendCommand(subscriber, "PSUBSCRIBE n*") == REDIS_OK);
  expect_message(subscriber, "psubscribe", "n*", "3");
  CHECK(INTEGER(db, "PUBLISH sport goal") == 1);
  expect_message(subscriber, "message", "sport", "goal");
  CHECK(INTEGER(db, "PUBLISH news hello") == 2);
  expect_message(subscriber, "message", "news", "hello");
  expect_message(subscriber, "pmessage", "n*", "hello");
  CHECK(redisAppendCommand(subscriber, "PUNSUBSCRIBE n*") == REDIS_OK);
  expect_message(subscriber, "punsubscribe", "n*", "2");
  CHECK(INTEGER(db, "PUBLISH news again") == 1);
  expect_message(subscriber, "message", "news", "again");
  redisFree(subscriber);
  const long long started = now_ms();
  while (INTEGER(db, "PUBLISH news nobody") != 0) CHECK(poll_again(started));
  redisFree(db);
}

static void reconnects_after_a_restart(void) {
  redisContext* db = empty_server();
  is_status(db, command(db, "SET kept 1"), "OK");
  server_control("restart");
  CHECK(command(db, "GET kept") == NULL && (db->err == REDIS_ERR_EOF || db->err == REDIS_ERR_IO));
  CHECK(redisReconnect(db) == REDIS_OK);
  greet(db);
  is_nil(db, command(db, "GET kept"));
  redisFree(db);
}

/* Pattern 14: the caller notices in time and goes to its database. */
static void p14_server_down_or_slow(void) {
  const struct timeval short_limit = {0, 100000};
  redisContext* db = empty_server();
  CHECK(redisSetTimeout(db, short_limit) == REDIS_OK);
  server_control("freeze");
  redisReply* late = command(db, "GET k");
  server_control("thaw");
  CHECK(late == NULL && db->err == REDIS_ERR_IO);
  server_control("stop");
  CHECK(redisReconnect(db) == REDIS_ERR);
  server_control("start");
  CHECK(redisReconnect(db) == REDIS_OK);
  redisFree(db);
}

int main(void) {
  static const struct {
    const char* name;
    void (*run)(void);
  } kTests[] = {
      {"handshake", handshake},
      {"1 cache-aside", p01_cache_aside},
      {"2 explicit invalidation", p02_explicit_invalidation},
      {"3 TTL for an early refresh", p03_ttl_for_an_early_refresh},
      {"4 stampede lock", p04_stampede_lock},
      {"5 bulk invalidation by pattern", p05_bulk_invalidation_by_pattern},
      {"6 tag sets", p06_tag_sets},
      {"7 stale while revalidate", p07_stale_while_revalidate},
      {"8 versioned prefixes and binary values", p08_versioned_prefixes_and_binary_values},
      {"9 sliding sessions", p09_sliding_sessions},
      {"10 leaderboard snapshot", p10_leaderboard_snapshot},
      {"13 databases are apart", p13_databases_are_apart},
      {"14 server down or slow", p14_server_down_or_slow},
      {"15 hit ratio", p15_hit_ratio},
      {"16 memory is capped", p16_memory_is_capped},
      {"pipelines", pipelines},
      {"transactions", transactions},
      {"messages", messages},
      {"reconnects after a restart", reconnects_after_a_restart},
  };
  const int last_protocol = HIREDIS_MAJOR >= 1 ? 3 : 2;
  for (protocol = 2; protocol <= last_protocol; ++protocol) {
    for (size_t n = 0; n < sizeof kTests / sizeof kTests[0]; ++n) {
      test_name = kTests[n].name;
      kTests[n].run();
      printf("RESP%d %s: passed\n", protocol, test_name);
      fflush(stdout);
    }
  }
  return 0;
}
