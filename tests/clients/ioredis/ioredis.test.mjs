// ioredis in RESP2 and RESP3: connecting (its ready check reads INFO), the caching patterns (numbers as in ../README.md),
// pipelines, transactions, messages, and a server that goes away.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { Redis } from 'ioredis';
import { eventually, host, password, port, serverControl, socketPath } from './server_control.mjs';

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, n) => n));

for (const protocol of [2, 3]) {
  describe(`RESP${protocol}`, { timeout: 60_000 }, () => {
    let redis;
    const others = [];

    function connect(options = {}) {
      const one = new Redis({
        host,
        port,
        password,
        protocol,
        connectionName: 'suite',
        retryStrategy: () => 10,
        ...options,
      });
      one.on('error', () => {}); // a lost connection is reported here as well as by the command that met it
      others.push(one);
      return one;
    }

    before(() => {
      redis = connect();
      others.pop();
    });
    after(() => redis.disconnect());
    beforeEach(() => redis.flushall());
    // While it has nothing under way: what ioredis sends by itself after a reconnection (SELECT, SUBSCRIBE) would be
    // rejected with nobody to catch it.
    afterEach(() => others.splice(0).forEach((one) => one.disconnect()));

    test('handshake, SETNAME and CLIENT INFO', async () => {
      const info = await redis.client('INFO');
      assert.match(info, / name=suite /);
      assert.match(info, new RegExp(` resp=${protocol}\\b`));
      assert.match(info, new RegExp(`^id=${await redis.client('ID')} `));
      const version = /redis_version:(\d+)\.(\d+)/.exec(await redis.info('server')).slice(1).map(Number);
      if (version[0] > 7 || (version[0] === 7 && version[1] >= 2)) assert.match(info, / lib-name=ioredis/);
      assert.equal(await redis.client('SETNAME', 'renamed'), 'OK');
      assert.equal(await redis.client('GETNAME'), 'renamed');
    });

    test('wrong and missing passwords', async () => {
      const wrong = connect({ password: 'wrong', retryStrategy: null, lazyConnect: true });
      await assert.rejects(wrong.connect().then(() => wrong.get('k')), /WRONGPASS|Connection is closed/);
      const none = connect({ password: undefined, retryStrategy: null, enableReadyCheck: false });
      await assert.rejects(none.get('k'), /NOAUTH/);
    });

    test('url and Unix socket', async () => {
      const byUrl = new Redis(`redis://:${password}@${host}:${port}/4`, { protocol });
      others.push(byUrl);
      assert.match(await byUrl.client('INFO'), / db=4 /);
      const bySocket = connect({ host: undefined, port: undefined, path: socketPath });
      assert.equal(await bySocket.ping(), 'PONG');
    });

    test('1 cache-aside', async () => {
      let queries = 0;
      const product = async (id) => {
        const cached = await redis.get(`product:${id}`);
        if (cached !== null) return JSON.parse(cached);
        queries += 1;
        const fresh = { id };
        assert.equal(await redis.setex(`product:${id}`, 60, JSON.stringify(fresh)), 'OK');
        return fresh;
      };
      assert.deepEqual(await product(7), { id: 7 });
      assert.deepEqual(await product(7), { id: 7 });
      assert.equal(queries, 1);
      const ttl = await redis.ttl('product:7');
      assert.ok(ttl >= 59 && ttl <= 60, `ttl ${ttl}`);
      assert.equal(await redis.set('product:7', 'short', 'PX', 50), 'OK');
      await eventually(async () => (await redis.get('product:7')) === null);
      assert.equal(await redis.exists('product:7'), 0);
      await product(7);
      assert.equal(queries, 2);
    });

    test('2 explicit invalidation', async () => {
      await redis.set('k', 'v');
      assert.equal(await redis.del('k'), 1);
      assert.equal(await redis.get('k'), null);
      assert.equal(await redis.del('k', 'l'), 0);
    });

    test('3 TTL for an early refresh', async () => {
      await redis.set('k', 'v');
      assert.deepEqual([await redis.ttl('k'), await redis.pttl('k'), await redis.ttl('none')], [-1, -1, -2]);
      assert.equal(await redis.expire('k', 100), 1);
      const first = await redis.pttl('k');
      assert.ok(first > 99_000 && first <= 100_000, `pttl ${first}`);
      await eventually(async () => (await redis.pttl('k')) < first);
    });

    test('4 stampede lock: one of a thousand', async () => {
      const callers = Array.from({ length: 10 }, () => connect());
      const answers = await Promise.all(
        Array.from({ length: 1000 }, (_, n) => callers[n % 10].set('lock', n, 'EX', 10, 'NX')),
      );
      assert.equal(answers.filter((answer) => answer === 'OK').length, 1);
      assert.equal(answers.filter((answer) => answer === null).length, 999);
      assert.equal(await redis.get('lock'), `${answers.indexOf('OK')}`);
      assert.equal(await redis.del('lock'), 1);
      assert.equal(await redis.set('lock', 'again', 'EX', 10, 'NX'), 'OK');
    });

    test('5 bulk invalidation by pattern', async () => {
      const stay = Array.from({ length: 1500 }, (_, n) => `user:${n}:profile`);
      await redis.mset(Object.fromEntries(stay.map((key) => [key, 'x'])));
      await redis.mset(Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`order:${n}`, 'x'])));
      const found = new Set();
      let turn = 0;
      for await (const keys of redis.scanStream({ match: 'user:*:profile', count: 100 })) {
        keys.forEach((key) => found.add(key));
        turn += 1;
        await redis.set(`user:passing${turn}:profile`, 'x'); // others come and go meanwhile
        await redis.del(`user:passing${turn - 1}:profile`);
      }
      for (const key of stay) assert.ok(found.has(key), `${key} was not found`);
      for (const key of found) assert.match(key, /^user:(\d+|passing\d+):profile$/);
      assert.equal(await redis.del(...stay), 1500);
      await redis.unlink(`user:passing${turn}:profile`);
      assert.equal(await redis.dbsize(), 500);
    });

    test('6 tag sets', async () => {
      for (let n = 0; n < 20; n += 1) {
        await redis.setex(`page:${n}`, 60, '<html>');
        assert.equal(await redis.sadd('tag:news', `page:${n}`), 1);
        assert.equal(await redis.expire('tag:news', 60), 1);
      }
      const members = await redis.smembers('tag:news');
      assert.equal(new Set(members).size, 20);
      assert.equal(await redis.del(...members, 'tag:news'), 21);
      assert.equal(await redis.dbsize(), 0);
    });

    test('7 stale while revalidate', async () => {
      await Promise.all([redis.psetex('fresh:feed', 50, 'one'), redis.setex('stale:feed', 60, 'one')]);
      await eventually(async () => (await redis.get('fresh:feed')) === null);
      assert.deepEqual(await redis.mget('fresh:feed', 'stale:feed'), [null, 'one']);
      await Promise.all([redis.setex('fresh:feed', 10, 'two'), redis.setex('stale:feed', 60, 'two')]);
      assert.deepEqual(await redis.mget('fresh:feed', 'stale:feed'), ['two', 'two']);
    });

    test('8 versioned prefixes and binary values', async () => {
      assert.equal(await redis.incr('version'), 1);
      await redis.set('v1:user', ALL_BYTES, 'EX', 60);
      assert.deepEqual(await redis.getBuffer('v1:user'), ALL_BYTES);
      assert.equal(await redis.incr('version'), 2);
      assert.equal(await redis.get('v2:user'), null);
      for (const size of [0, 1, 4096, 65_537, 3_000_001]) {
        const value = randomBytes(size);
        await redis.set(ALL_BYTES, value);
        assert.ok(value.equals(await redis.getBuffer(ALL_BYTES)), `${size} bytes`);
      }
    });

    test('9 sliding sessions', async () => {
      await redis.set('session', 'data', 'EX', 10);
      assert.equal(await redis.getex('session', 'EX', 100), 'data');
      assert.ok((await redis.ttl('session')) >= 99);
      assert.equal(await redis.expire('session', 200), 1);
      assert.ok((await redis.ttl('session')) >= 199);
      assert.equal(await redis.getex('session', 'PERSIST'), 'data');
      assert.equal(await redis.ttl('session'), -1);
    });

    test('10 leaderboard snapshot', async () => {
      const board = Array.from({ length: 100 }, (_, n) => ({ player: `p${n}`, score: 1000 - n }));
      await redis.setex('leaderboard', 5, JSON.stringify(board));
      assert.deepEqual(JSON.parse(await redis.get('leaderboard')), board);
    });

    test('13 databases are apart', async () => {
      const queue = connect({ db: 9 });
      await queue.set('job', '1');
      await redis.set('page', '1');
      assert.equal(await redis.get('job'), null);
      assert.equal(await redis.flushdb(), 'OK');
      assert.deepEqual([await redis.dbsize(), await queue.dbsize()], [0, 1]);
      await redis.select(9);
      assert.equal(await redis.get('job'), '1');
      await redis.select(0);
      const outside = connect(); // ioredis would select 99 again after each reconnect
      await assert.rejects(outside.select(99), /DB index is out of range/);
      outside.disconnect();
    });

    test('15 hit ratio', async () => {
      await redis.set('k', 'v');
      await redis.config('RESETSTAT');
      await Promise.all(Array.from({ length: 10 }, (_, n) => redis.get(n < 8 ? 'k' : 'none')));
      const stats = await redis.info('stats');
      assert.match(stats, /^keyspace_hits:8\r$/m);
      assert.match(stats, /^keyspace_misses:2\r$/m);
      await redis.psetex('unread', 20, 'v');
      await eventually(async () => /^expired_keys:1\r$/m.test(await redis.info('stats')));
    });

    test('16 memory is capped', async () => {
      const cap = 16 * 1024 * 1024;
      await serverControl(`restart --maxmemory ${cap} --maxmemory-policy allkeys-lru`);
      try {
        await eventually(() => redis.status === 'ready');
        for (let start = 0; start < 6000; start += 500) {
          const batch = redis.pipeline();
          for (let n = start; n < start + 500; n += 1) batch.set(`k:${n}`, Buffer.alloc(4000));
          for (const [error, answer] of await batch.exec()) assert.deepEqual([error, answer], [null, 'OK']);
          const used = Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))[1]);
          assert.ok(used <= cap * 1.001 + 1024 * 1024, `used ${used}`);
        }
        const evicted = Number(/^evicted_keys:(\d+)/m.exec(await redis.info('stats'))[1]);
        assert.ok(evicted > 1700, `evicted ${evicted}`);
        assert.equal((await redis.getBuffer('k:5999')).length, 4000);
      } finally {
        await serverControl('restart');
        await eventually(() => redis.status === 'ready');
      }
    });

    test('pipelines', async () => {
      const batch = redis.pipeline();
      for (let n = 0; n < 3000; n += 1) batch.set(`k${n}`, n).get(`k${n}`).incr('sum');
      const answers = await batch.exec();
      assert.equal(answers.length, 9000);
      answers.forEach(([error, answer], n) => {
        assert.equal(error, null);
        assert.equal(answer, ['OK', `${Math.floor(n / 3)}`, Math.floor(n / 3) + 1][n % 3]);
      });
      const mixed = await redis.pipeline().set('word', 'abc').incr('word').get('word').exec();
      assert.match(mixed[1][0].message, /not an integer or out of range/);
      assert.deepEqual([mixed[0], mixed[2]], [[null, 'OK'], [null, 'abc']]);
      const automatic = connect({ enableAutoPipelining: true });
      const values = await Promise.all(Array.from({ length: 500 }, (_, n) => automatic.get(`k${n}`)));
      assert.deepEqual(values, Array.from({ length: 500 }, (_, n) => `${n}`));
    });

    test('transactions', async () => {
      const answers = await redis.multi().set('a', 1).incr('a').mget('a', 'b').smembers('none').exec();
      assert.deepEqual(answers, [[null, 'OK'], [null, 2], [null, ['2', null]], [null, []]]);
      const failed = await redis.multi().set('word', 'abc').incr('word').set('after', 1).exec();
      assert.match(failed[1][0].message, /not an integer/);
      assert.equal(await redis.get('after'), '1');
      await assert.rejects(redis.multi().set('never', 1).call('GET').exec(), /EXECABORT/);
      assert.equal(await redis.get('never'), null);
      await redis.multi({ pipeline: false });
      await redis.set('never', 1);
      assert.equal(await redis.discard(), 'OK');
      assert.equal(await redis.get('never'), null);
    });

    test('a watched key that changes aborts the transaction', async () => {
      await redis.set('stock', 10);
      const buyer = connect();
      await buyer.watch('stock');
      await redis.decr('stock');
      assert.equal(await buyer.multi().set('stock', 0).exec(), null);
      assert.equal(await redis.get('stock'), '9');
      await buyer.watch('stock');
      assert.deepEqual(await buyer.multi().decr('stock').exec(), [[null, 8]]);
    });

    test('publish and subscribe', async () => {
      const subscriber = connect();
      const heard = [];
      subscriber.on('message', (channel, message) => heard.push(`${channel} ${message}`));
      subscriber.on('pmessage', (pattern, channel, message) => heard.push(`${pattern} ${channel} ${message}`));
      assert.equal(await subscriber.subscribe('news', 'sport'), 2);
      assert.equal(await subscriber.psubscribe('n*'), 3);
      assert.equal(await redis.publish('news', 'hello'), 2);
      await eventually(() => heard.length === 2);
      assert.deepEqual(heard.sort(), ['n* news hello', 'news hello']);
      assert.deepEqual((await redis.pubsub('CHANNELS')).sort(), ['news', 'sport']);
      const raw = once(subscriber, 'messageBuffer');
      await redis.publish('sport', ALL_BYTES);
      assert.deepEqual((await raw)[1], ALL_BYTES);
      assert.equal(await subscriber.unsubscribe('news', 'sport'), 1);
      assert.equal(await subscriber.punsubscribe(), 0);
      assert.equal(await redis.publish('news', 'nobody'), 0);
      assert.equal(await subscriber.get('an ordinary command'), null);
    });

    test('reconnects after a restart, subscriptions and database included', async () => {
      const subscriber = connect();
      const queue = connect({ db: 5 });
      const heard = [];
      subscriber.on('message', (_, message) => heard.push(message));
      await subscriber.subscribe('news');
      await queue.set('kept', 'in memory only');
      await serverControl('restart');
      assert.equal(await queue.get('kept'), null);
      assert.match(await queue.client('INFO'), / name=suite .* db=5 /);
      await eventually(async () => (await redis.publish('news', 'back')) === 1);
      await eventually(() => heard.includes('back'));
    });

    test('a server that is down or slow fails in time', async () => {
      const impatient = connect({ commandTimeout: 100, maxRetriesPerRequest: 1 });
      assert.equal(await impatient.get('k'), null);
      await serverControl('freeze');
      await assert.rejects(impatient.get('k'), /Command timed out/).finally(() => serverControl('thaw'));
      await serverControl('stop');
      await assert.rejects(impatient.get('k'), /max retries per request|timed out|Connection is closed/i);
      await serverControl('start');
      await eventually(() => impatient.status === 'ready');
      assert.equal(await impatient.get('k'), null);
    });
  });
}
