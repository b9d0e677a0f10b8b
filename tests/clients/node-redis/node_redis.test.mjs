// node-redis in RESP2 and RESP3: connecting, the caching patterns (numbers as in ../README.md), pipelines, transactions,
// messages, and a server that goes away.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { createClient, createClientPool, ErrorReply, RESP_TYPES, WatchError } from 'redis';
import { eventually, host, password, port, serverControl, socketPath } from './server_control.mjs';

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
const BYTES = { [RESP_TYPES.BLOB_STRING]: Buffer };

for (const RESP of [2, 3]) {
  describe(`RESP${RESP}`, { timeout: 60_000 }, () => {
    let client;
    const others = [];

    async function connect(options = {}) {
      const { socket, ...more } = options;
      const one = createClient({
        RESP,
        password,
        name: 'suite',
        socket: { host, port, reconnectStrategy: () => 10, ...socket },
        ...more,
      });
      one.on('error', () => {}); // a lost connection is reported here as well as by the command that met it
      others.push(one);
      return one.connect();
    }

    before(async () => {
      client = await connect();
    });
    after(() => others.forEach((one) => one.isOpen && one.destroy()));
    beforeEach(() => client.flushAll());

    test('HELLO, SETNAME and CLIENT INFO', async () => {
      const info = await client.clientInfo();
      assert.equal(info.name, 'suite');
      assert.equal(info.resp, RESP);
      assert.equal(info.id, await client.clientId());
      const version = /redis_version:(\d+)\.(\d+)/.exec(await client.info('server')).slice(1).map(Number);
      if (version[0] > 7 || (version[0] === 7 && version[1] >= 2)) {
        assert.match(info.libName, /^node-redis/);
        assert.match(info.libVer, /^\d+\.\d+\.\d+/);
      }
      assert.equal(await client.clientSetName('renamed'), 'OK');
      assert.equal(await client.clientGetName(), 'renamed');
      await client.clientSetName('suite');
    });

    test('wrong and missing passwords', async () => {
      const failing = { socket: { reconnectStrategy: false } };
      await assert.rejects(connect({ ...failing, password: 'wrong' }), /WRONGPASS/);
      await assert.rejects(
        connect({ ...failing, password: undefined }).then((one) => one.get('k')),
        /NOAUTH/,
      );
    });

    test('url and Unix socket', async () => {
      const byUrl = await connect({ url: `redis://:${password}@${host}:${port}/4`, socket: {} });
      assert.equal((await byUrl.clientInfo()).db, 4);
      const bySocket = await connect({ socket: { host: undefined, port: undefined, path: socketPath } });
      assert.equal(await bySocket.ping(), 'PONG');
    });

    test('1 cache-aside', async () => {
      let queries = 0;
      const product = async (id) => {
        const cached = await client.get(`product:${id}`);
        if (cached !== null) return JSON.parse(cached);
        queries += 1;
        const fresh = { id, name: `product ${id}` };
        assert.equal(await client.setEx(`product:${id}`, 60, JSON.stringify(fresh)), 'OK');
        return fresh;
      };
      assert.deepEqual(await product(7), { id: 7, name: 'product 7' });
      assert.deepEqual(await product(7), { id: 7, name: 'product 7' });
      assert.equal(queries, 1);
      const ttl = await client.ttl('product:7');
      assert.ok(ttl >= 59 && ttl <= 60, `ttl ${ttl}`);
      assert.equal(await client.set('product:7', 'short', { expiration: { type: 'PX', value: 50 } }), 'OK');
      await eventually(async () => (await client.get('product:7')) === null);
      assert.equal(await client.exists('product:7'), 0);
      await product(7);
      assert.equal(queries, 2);
    });

    test('2 explicit invalidation', async () => {
      await client.set('k', 'v');
      assert.equal(await client.del('k'), 1);
      assert.equal(await client.get('k'), null);
      assert.equal(await client.del(['k', 'l']), 0);
    });

    test('3 TTL for an early refresh', async () => {
      await client.set('k', 'v');
      assert.deepEqual(await Promise.all([client.ttl('k'), client.pTTL('k'), client.ttl('none')]), [-1, -1, -2]);
      assert.equal(await client.expire('k', 100), 1);
      const first = await client.pTTL('k');
      assert.ok(first > 99_000 && first <= 100_000, `pttl ${first}`);
      await eventually(async () => (await client.pTTL('k')) < first);
      assert.equal(await client.persist('k'), 1);
      assert.equal(await client.ttl('k'), -1);
    });

    test('4 stampede lock: one of a thousand', async () => {
      const pool = createClientPool({ RESP, password, socket: { host, port } }, { minimum: 1, maximum: 20 });
      pool.on('error', () => {});
      await pool.connect();
      try {
        const take = (n) => pool.set('lock', `${n}`, { condition: 'NX', expiration: { type: 'EX', value: 10 } });
        const answers = await Promise.all(Array.from({ length: 1000 }, (_, n) => take(n)));
        assert.equal(answers.filter((answer) => answer === 'OK').length, 1);
        assert.equal(answers.filter((answer) => answer === null).length, 999);
        assert.equal(await client.get('lock'), `${answers.indexOf('OK')}`);
        assert.equal(await client.del('lock'), 1);
        assert.equal(await client.set('lock', 'again', { NX: true, EX: 10 }), 'OK');
        assert.equal(await client.set('lock', 'late', { NX: true, EX: 10 }), null);
      } finally {
        await pool.close();
      }
    });

    test('5 bulk invalidation by pattern', async () => {
      const stay = Array.from({ length: 1500 }, (_, n) => `user:${n}:profile`);
      await client.mSet(stay.map((key) => [key, 'x']));
      await client.mSet(Array.from({ length: 500 }, (_, n) => [`order:${n}`, 'x']));
      const found = new Set();
      let turn = 0;
      for await (const keys of client.scanIterator({ MATCH: 'user:*:profile', COUNT: 100 })) {
        keys.forEach((key) => found.add(key));
        turn += 1;
        await client.set(`user:passing${turn}:profile`, 'x'); // others come and go meanwhile
        await client.del(`user:passing${turn - 1}:profile`);
      }
      for (const key of stay) assert.ok(found.has(key), `${key} was not found`);
      for (const key of found) assert.match(key, /^user:(\d+|passing\d+):profile$/);
      assert.equal(await client.del(stay), 1500);
      await client.unlink(`user:passing${turn}:profile`);
      assert.equal(await client.dbSize(), 500);
    });

    test('6 tag sets', async () => {
      for (let n = 0; n < 20; n += 1) {
        await client.setEx(`page:${n}`, 60, '<html>');
        assert.equal(await client.sAdd('tag:news', `page:${n}`), 1);
        assert.equal(await client.expire('tag:news', 60), 1);
      }
      const members = await client.sMembers('tag:news');
      assert.equal(new Set(members).size, 20);
      assert.equal(await client.sIsMember('tag:news', 'page:3'), 1);
      assert.equal(await client.del([...members, 'tag:news']), 21);
      assert.equal(await client.dbSize(), 0);
    });

    test('7 stale while revalidate', async () => {
      await Promise.all([client.pSetEx('fresh:feed', 50, 'one'), client.setEx('stale:feed', 60, 'one')]);
      await eventually(async () => (await client.get('fresh:feed')) === null);
      assert.deepEqual(await client.mGet(['fresh:feed', 'stale:feed']), [null, 'one']);
      await Promise.all([client.setEx('fresh:feed', 10, 'two'), client.setEx('stale:feed', 60, 'two')]);
      assert.deepEqual(await client.mGet(['fresh:feed', 'stale:feed']), ['two', 'two']);
    });

    test('8 versioned prefixes and binary values', async () => {
      const bytes = client.withTypeMapping(BYTES);
      assert.equal(await client.incr('version'), 1);
      await client.set('v1:user', ALL_BYTES, { EX: 60 });
      assert.deepEqual(await bytes.get('v1:user'), ALL_BYTES);
      assert.equal(await client.incr('version'), 2);
      assert.equal(await client.get('v2:user'), null);
      for (const size of [0, 1, 4096, 65_537, 3_000_001]) {
        const value = randomBytes(size);
        await client.set(ALL_BYTES, value);
        assert.ok(value.equals(await bytes.get(ALL_BYTES)), `${size} bytes`);
      }
    });

    test('9 sliding sessions', async () => {
      await client.set('session', 'data', { EX: 10 });
      assert.equal(await client.getEx('session', { type: 'EX', value: 100 }), 'data');
      assert.ok((await client.ttl('session')) >= 99);
      assert.equal(await client.expire('session', 200), 1);
      assert.ok((await client.ttl('session')) >= 199);
      assert.equal(await client.getEx('session', { type: 'PERSIST' }), 'data');
      assert.equal(await client.ttl('session'), -1);
    });

    test('10 leaderboard snapshot', async () => {
      const board = Array.from({ length: 100 }, (_, n) => ({ player: `p${n}`, score: 1000 - n }));
      await client.setEx('leaderboard', 5, JSON.stringify(board));
      assert.deepEqual(JSON.parse(await client.get('leaderboard')), board);
    });

    test('13 databases are apart', async () => {
      const queue = await connect({ database: 9 });
      await queue.set('job', '1');
      await client.set('page', '1');
      assert.equal(await client.get('job'), null);
      assert.equal(await client.flushDb(), 'OK');
      assert.deepEqual([await client.dbSize(), await queue.dbSize()], [0, 1]);
      await client.select(9);
      assert.equal(await client.get('job'), '1');
      await client.select(0);
      await assert.rejects(client.select(99), /DB index is out of range/);
    });

    test('15 hit ratio', async () => {
      await client.set('k', 'v');
      await client.configResetStat();
      await Promise.all(Array.from({ length: 10 }, (_, n) => client.get(n < 8 ? 'k' : 'none')));
      const stats = await client.info('stats');
      assert.match(stats, /^keyspace_hits:8\r$/m);
      assert.match(stats, /^keyspace_misses:2\r$/m);
      await client.pSetEx('unread', 20, 'v');
      await eventually(async () => /^expired_keys:1\r$/m.test(await client.info('stats')));
    });

    test('16 memory is capped, the least recently used go first', async () => {
      const cap = 16 * 1024 * 1024;
      await serverControl(`restart --maxmemory ${cap} --maxmemory-policy allkeys-lru`);
      try {
        const value = Buffer.alloc(4000);
        const write = (from, to, prefix) =>
          Promise.all(Array.from({ length: to - from }, (_, n) => client.set(`${prefix}:${from + n}`, value)));
        const hot = Array.from({ length: 20 }, (_, n) => `hot:${n}`);
        const touchHot = async () => assert.ok(!(await client.mGet(hot)).includes(null), 'a hot key is gone');
        await write(0, 20, 'hot');
        await write(0, 2500, 'cold');
        await eventually(async () => {
          await touchHot();
          return (await client.objectIdleTime('cold:1000')) >= 1;
        });
        for (let start = 0; start < 2000; start += 100) {
          await write(start, start + 100, 'new');
          await touchHot();
          const used = Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))[1]);
          assert.ok(used <= cap * 1.001 + 1024 * 1024, `used ${used}`);
        }
        const left = { hot: 0, cold: 0, new: 0 };
        for await (const keys of client.scanIterator({ COUNT: 1000 })) {
          for (const key of keys) left[key.split(':')[0]] += 1;
        }
        assert.equal(left.hot, 20);
        assert.ok(left.new >= 1980, `${left.new} new keys are left`);
        assert.ok(left.cold < 2300, `${left.cold} cold keys are left`);
      } finally {
        await serverControl('restart');
        await eventually(() => client.isReady);
      }
    });

    test('pipelines', async () => {
      const commands = [];
      for (let n = 0; n < 3000; n += 1) commands.push(client.incr('sum'), client.set(`k${n}`, `${n}`), client.get(`k${n}`));
      const answers = await Promise.all(commands);
      assert.deepEqual(answers.slice(-3), [3000, 'OK', '2999']);
      assert.deepEqual(answers.filter((_, n) => n % 3 === 2), Array.from({ length: 3000 }, (_, n) => `${n}`));
    });

    test('transactions', async () => {
      const answers = await client.multi().set('a', '1').incr('a').mGet(['a', 'b']).sMembers('none').exec();
      assert.deepEqual(answers, ['OK', 2, ['2', null], []]);
      await assert.rejects(client.multi().set('word', 'abc').incr('word').set('after', '1').exec(), (error) => {
        assert.ok(error.replies[1] instanceof ErrorReply);
        return /1 commands failed/.test(error.message);
      });
      assert.equal(await client.get('after'), '1');
      await assert.rejects(client.multi().addCommand(['GET']).set('never', '1').exec());
      assert.equal(await client.get('never'), null);
    });

    test('a watched key that changes aborts the transaction', async () => {
      await client.set('stock', '10');
      const buyer = await connect();
      await buyer.watch('stock');
      await client.decr('stock');
      await assert.rejects(buyer.multi().set('stock', '0').exec(), WatchError);
      assert.equal(await client.get('stock'), '9');
      await buyer.watch('stock');
      assert.deepEqual(await buyer.multi().decr('stock').exec(), [8]);
    });

    test('publish and subscribe', async () => {
      const subscriber = await connect();
      const heard = [];
      await subscriber.subscribe('news', (message, channel) => heard.push([channel, message]));
      await subscriber.pSubscribe('n*', (message, channel) => heard.push([`n* ${channel}`, message]));
      await subscriber.subscribe('raw', (message, channel) => heard.push([`${channel}`, message]), true);
      assert.equal(await client.publish('news', 'hello'), 2);
      assert.equal(await client.publish('raw', ALL_BYTES), 1);
      await eventually(() => heard.length === 3);
      assert.deepEqual(heard.slice(0, 2).sort(), [['n* news', 'hello'], ['news', 'hello']]);
      assert.deepEqual(heard[2], ['raw', ALL_BYTES]);
      assert.deepEqual((await client.pubSubChannels()).sort(), ['news', 'raw']);
      if (RESP === 3) assert.equal(await subscriber.get('commands still work'), null);
      await subscriber.unsubscribe();
      await subscriber.pUnsubscribe();
      assert.equal(await client.publish('news', 'nobody'), 0);
    });

    test('sharded publish and subscribe', async () => {
      const subscriber = await connect();
      const heard = [];
      await subscriber.sSubscribe('shard', (message) => heard.push(message));
      assert.equal(await client.sPublish('shard', 'one'), 1);
      await eventually(() => heard.length === 1);
      await subscriber.sUnsubscribe('shard');
    });

    test('events of expired keys', async () => {
      await client.configSet('notify-keyspace-events', 'KEx');
      const subscriber = await connect();
      const heard = [];
      await subscriber.pSubscribe('__key*@0__:*', (message, channel) => heard.push(`${channel} ${message}`));
      await client.pSetEx('session', 30, 'x');
      await eventually(() => heard.length === 2);
      assert.deepEqual(heard.sort(), ['__keyevent@0__:expired session', '__keyspace@0__:session expired']);
      await client.configSet('notify-keyspace-events', '');
    });

    test('reconnects after a restart, subscriptions included', async () => {
      const subscriber = await connect();
      const heard = [];
      await subscriber.subscribe('news', (message) => heard.push(message));
      await client.set('kept', 'in memory only');
      await serverControl('restart');
      await eventually(() => client.isReady && subscriber.isReady);
      assert.equal(await client.get('kept'), null);
      assert.equal(await client.clientGetName(), 'suite');
      await eventually(async () => (await client.publish('news', 'back')) === 1);
      await eventually(() => heard.includes('back'));
    });

    test('a server that is down or slow fails in time', async () => {
      const impatient = await connect({ disableOfflineQueue: true });
      await serverControl('stop');
      await eventually(() => !impatient.isReady);
      await assert.rejects(impatient.get('k'), /offline|closed/i);
      await serverControl('start');
      await eventually(() => impatient.isReady && client.isReady);
      await serverControl('freeze');
      const late = Promise.race([
        impatient.get('k'),
        new Promise((_, reject) => setTimeout(() => reject(new Error('too slow')), 100)),
      ]);
      await assert.rejects(late, /too slow/).finally(() => serverControl('thaw'));
      assert.equal(await impatient.get('k'), null);
    });
  });
}
