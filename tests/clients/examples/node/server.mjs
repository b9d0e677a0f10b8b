// A small magazine: a slow database, a cache in front of it, and the routes that use both, on Node's own http module.
//
// Start it with `node server.mjs`; CACHE_URL names the server (default: redis://127.0.0.1:6379/0), PORT the port.

import http from 'node:http';
import { pathToFileURL } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { Cache } from './cache.mjs';

/// Stands for the real one: it answers slowly and counts what it is asked.
export class Database {
  queries = 0;
  #articles = new Map([
    [1, { title: 'On lamps', author: 'ada' }],
    [2, { title: 'On chairs', author: 'ada' }],
    [3, { title: 'On candles', author: 'bob' }],
  ]);

  async article(id) {
    await this.#work();
    const found = this.#articles.get(id);
    return found ? { id, ...found } : null;
  }

  async byAuthor(author) {
    await this.#work();
    return [...this.#articles].filter(([, article]) => article.author === author).map(([id, article]) => ({ id, ...article }));
  }

  /// Resolves to the article as it was before, if there was one.
  async save(id, article) {
    await this.#work();
    const before = this.#articles.get(id);
    this.#articles.set(id, article);
    return before;
  }

  async #work() {
    this.queries += 1;
    await delay(20);
  }
}

export function createServer(cache, database) {
  const routes = [
    ['GET', /^\/articles\/(\d+)$/, async (id) => {
      const article = await cache.getOrLoad(`article:${id}`, () => database.article(Number(id)));
      return article ? [200, article] : [404, { error: 'no such article' }];
    }],
    ['GET', /^\/authors\/(\w+)$/, async (author) => {
      const page = await cache.getOrLoad(`page:${author}`, () => database.byAuthor(author), [`author:${author}`]);
      return [200, { author, articles: page }];
    }],
    ['PUT', /^\/articles\/(\d+)$/, async (id, { title, author }) => {
      const before = await database.save(Number(id), { title, author });
      await cache.invalidate(`article:${id}`);
      const authors = new Set([author, before?.author ?? author]);
      await cache.invalidateTags(...[...authors].map((name) => `author:${name}`));
      return [200, { id: Number(id), title, author }];
    }],
    ['DELETE', /^\/cache\/(\w+)$/, async (prefix) => [200, { deleted: await cache.invalidatePattern(`${prefix}:*`) }]],
    ['GET', /^\/health$/, async () => [200, { cache: cache.isConnected, queries: database.queries }]],
  ];

  return http.createServer(async (request, response) => {
    const [status, body] = await answer(routes, request).catch((problem) => [500, { error: problem.message }]);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
}

async function answer(routes, request) {
  for (const [method, path, handle] of routes) {
    const match = path.exec(request.url);
    if (match && method === request.method) return handle(match[1], method === 'PUT' ? await bodyOf(request) : undefined);
  }
  return [404, { error: 'no such page' }];
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const cache = new Cache(process.env.CACHE_URL ?? 'redis://127.0.0.1:6379/0');
  await cache.open();
  const server = createServer(cache, new Database());
  server.listen(Number(process.env.PORT ?? 8000), '127.0.0.1', () => {
    console.log(`listening on http://127.0.0.1:${server.address().port}`);
  });
}
