"""A small shop: a slow database, a cache in front of it, and the routes that use both.

Start it with `uvicorn app:app`; CACHE_URL names the server (default: redis://127.0.0.1:6379/0).
"""

import asyncio
import contextlib
import os

from cache import Cache
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field


class Product(BaseModel):
    name: str
    category: str
    price: int = Field(gt=0, description="in cents")


class Database:
    """Stands for the real one: it answers slowly and counts what it is asked."""

    def __init__(self, seconds_per_query=0.02):
        self.queries = 0
        self._seconds_per_query = seconds_per_query
        self._products = {
            1: Product(name="Lamp", category="light", price=2900),
            2: Product(name="Candle", category="light", price=300),
            3: Product(name="Chair", category="seats", price=8900),
        }

    async def product(self, number):
        await self._work()
        found = self._products.get(number)
        return found and {"id": number, **found.model_dump()}

    async def category(self, name):
        await self._work()
        return [{"id": n, **p.model_dump()} for n, p in sorted(self._products.items()) if p.category == name]

    async def save(self, number, product):
        await self._work()
        before = self._products.get(number)
        self._products[number] = product
        return before

    async def _work(self):
        self.queries += 1
        await asyncio.sleep(self._seconds_per_query)


def create_app(cache, database):
    @contextlib.asynccontextmanager
    async def lifespan(_):
        yield
        await cache.close()

    app = FastAPI(title="Shop", lifespan=lifespan)

    @app.get("/products/{number}")
    async def product(number: int):
        found = await cache.get_or_load(f"product:{number}", lambda: database.product(number))
        if found is None:
            raise HTTPException(404, "no such product")
        return found

    @app.get("/categories/{name}")
    async def category(name: str):
        page = await cache.get_or_load(f"page:category:{name}", lambda: database.category(name), tags=[f"category:{name}"])
        return {"category": name, "products": page}

    @app.put("/products/{number}")
    async def save(number: int, changed: Product):
        before = await database.save(number, changed)
        await cache.invalidate(f"product:{number}")
        categories = {changed.category} | ({before.category} if before else set())
        await cache.invalidate_tags(*(f"category:{name}" for name in categories))
        return {"id": number, **changed.model_dump()}

    @app.delete("/cache/{prefix}")
    async def forget(prefix: str):
        return {"deleted": await cache.invalidate_pattern(f"{prefix}:*")}

    @app.get("/health")
    async def health():
        return {"hit_ratio": await cache.hit_ratio(), "database_queries": database.queries}

    return app


app = create_app(Cache(os.environ.get("CACHE_URL", "redis://127.0.0.1:6379/0")), Database())
