"""The subgraph of reviews: what people think of products."""

import os

import strawberry
import uvicorn
from strawberry.asgi import GraphQL

REVIEWS = [
    {"id": "r1", "product": "1", "stars": 5, "text": "Counts for generations."},
    {"id": "r2", "product": "1", "stars": 4, "text": "No battery needed."},
    {"id": "r3", "product": "2", "stars": 3, "text": "Three digits have to do."},
]


@strawberry.federation.type(keys=["id"])
class Product:
    id: strawberry.ID

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> "Product":
        return cls(id=id)

    @strawberry.field
    def reviews(self) -> list["Review"]:
        return [review(one) for one in REVIEWS if one["product"] == self.id]

    @strawberry.field(description="The mean of all stars; null without reviews.")
    def rating(self) -> float | None:
        stars = [one["stars"] for one in REVIEWS if one["product"] == self.id]
        return sum(stars) / len(stars) if stars else None


@strawberry.federation.type(keys=["id"])
class Review:
    id: strawberry.ID
    stars: int
    text: str
    product: Product

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> "Review | None":
        return next((review(one) for one in REVIEWS if one["id"] == id), None)


def review(one: dict) -> Review:
    return Review(id=one["id"], stars=one["stars"], text=one["text"], product=Product(id=one["product"]))


@strawberry.type
class Query:
    @strawberry.field
    def latest_reviews(self, first: int = 2) -> list[Review]:
        return [review(one) for one in reversed(REVIEWS)][: max(first, 0)]


schema = strawberry.federation.Schema(query=Query, types=[Product, Review])
app = GraphQL(schema)

if __name__ == "__main__":
    port = int(os.environ.get("PORT", "4002"))
    print(f"reviews: http://localhost:{port}/graphql", flush=True)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
