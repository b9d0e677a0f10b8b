// The magazine as its readers see it: answers, how often the database was asked, and what happens without a cache.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import readline from 'node:readline';
import { afterEach, before, after, beforeEach, test } from 'node:test';
import { createClient } from 'redis';
import { Cache } from './cache.mjs';
import { createServer, Database } from './server.mjs';
import { eventually, host, password, port, serverControl } from './server_control.mjs';

const url = `redis://:${password}@${host}:${port}/0`;
let store; // what the cache's server holds, looked at from outside
let cache;
let database;
let magazine;
let address;

before(async () => {
  store = createClient({ url, socket: { reconnectStrategy: () => 10 } });
  store.on('error', () => {});
  await store.connect();
});
after(() => store.destroy());

beforeEach(async () => {
  await store.flushAll();
  await open(2000);
});
afterEach(close);

async function open(patienceMs) {
  cache = new Cache(url, { patienceMs });
  await cache.open();
  database = new Database();
  magazine = createServer(cache, database).listen(0, '127.0.0.1');
  await once(magazine, 'listening');
  address = `http://127.0.0.1:${magazine.address().port}`;
}

async function close() {
  magazine.closeAllConnections();
  magazine.close();
  cache.close();
}

async function get(path) {
  const answer = await fetch(address + path);
  assert.equal(answer.status, 200, path);
  return answer.json();
}

const put = (path, body) => fetch(address + path, { method: 'PUT', body: JSON.stringify(body) });

test('1 a second reader is served from the cache', async () => {
  const article = await get('/articles/1');
  assert.deepEqual(article, { id: 1, title: 'On lamps', author: 'ada' });
  assert.deepEqual(await get('/articles/1'), article);
  assert.equal(database.queries, 1);
  const ttl = await store.ttl('article:1');
  assert.ok(ttl >= 59 && ttl <= 60, `ttl ${ttl}`);
  await store.pExpire('article:1', 20);
  await eventually(async () => (await store.exists('article:1')) === 0);
  assert.deepEqual(await get('/articles/1'), article);
  assert.equal(database.queries, 2);
  assert.equal((await fetch(`${address}/articles/99`)).status, 404);
});

test('2 a change is seen at once', async () => {
  await get('/articles/1');
  assert.equal((await put('/articles/1', { title: 'On light', author: 'ada' })).status, 200);
  assert.equal((await get('/articles/1')).title, 'On light');
  assert.equal(database.queries, 3);
});

test('3 a value near its end is refreshed early', async () => {
  await get('/articles/1');
  const entry = JSON.parse(await store.get('article:1'));
  entry.secondsToLoad = 1e9; // so slow to load that 60 seconds are "near the end"
  await store.set('article:1', JSON.stringify(entry), { EX: 30 });
  assert.equal((await get('/articles/1')).title, 'On lamps');
  assert.equal(database.queries, 2);
  assert.ok((await store.ttl('article:1')) > 30);
});

test('4 a crowd asks the database once', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, () => get('/articles/3')));
  assert.ok(answers.every(({ title }) => title === 'On candles'));
  assert.equal(database.queries, 1);
  assert.equal(await store.exists('lock:article:3'), 0);
});

test('5 all articles are forgotten at once', async () => {
  await store.mSet(Array.from({ length: 500 }, (_, n) => [`article:${1000 + n}`, 'old']));
  await store.set('other:1', 'stays');
  const answer = await fetch(`${address}/cache/article`, { method: 'DELETE' });
  assert.deepEqual(await answer.json(), { deleted: 500 });
  assert.deepEqual(await store.keys('*'), ['other:1']);
});

test('6 a change forgets the pages that show it', async () => {
  assert.deepEqual((await get('/authors/ada')).articles.map(({ id }) => id), [1, 2]);
  assert.deepEqual((await get('/authors/bob')).articles.map(({ id }) => id), [3]);
  assert.deepEqual(await store.sMembers('tag:author:ada'), ['page:ada']);
  assert.ok((await store.ttl('tag:author:ada')) > 0);
  await put('/articles/2', { title: 'On chairs', author: 'bob' });
  assert.deepEqual(await store.keys('*'), []);
  assert.deepEqual((await get('/authors/ada')).articles.map(({ id }) => id), [1]);
  assert.deepEqual((await get('/authors/bob')).articles.map(({ id }) => id), [2, 3]);
});

for (const [harm, cure] of [['stop', 'start'], ['freeze', 'thaw']]) {
  test(`the magazine works without its cache (${harm})`, async () => {
    await close();
    await open(100);
    await get('/articles/1');
    await serverControl(harm);
    try {
      assert.equal((await get('/articles/1')).title, 'On lamps');
      assert.equal((await get('/articles/2')).title, 'On chairs');
      assert.equal(database.queries, 3);
    } finally {
      await serverControl(cure);
    }
    await eventually(async () => (await get('/health')).cache && store.isReady);
    await eventually(async () => {
      await get('/articles/2');
      return (await store.exists('article:2')) === 1; // the cache is used again
    });
  });
}

test('it starts as the README says', async () => {
  const program = spawn(process.execPath, ['server.mjs'], {
    env: { ...process.env, CACHE_URL: url, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = await once(readline.createInterface(program.stdout), 'line');
    const answer = await fetch(`${line.replace('listening on ', '')}/articles/1`);
    assert.equal((await answer.json()).title, 'On lamps');
    assert.equal(await store.exists('article:1'), 1);
  } finally {
    program.kill();
  }
});
