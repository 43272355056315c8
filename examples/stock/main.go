// The subgraph of stock: how many of a product there are, and when they leave.
//
// graph-gophers/graphql-go knows nothing of Federation, and need not: a subgraph is a schema with the two root fields `_service` and
// `_entities`, which are written out here.
package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	graphql "github.com/graph-gophers/graphql-go"
	"github.com/graph-gophers/graphql-go/relay"
)

// What the router composes.
//
//go:embed schema.graphql
var sdl string

// What Federation adds to it for execution.
const federation = `
	directive @key(fields: String!) repeatable on OBJECT
	schema { query: Query }
	scalar _Any
	union _Entity = Product
	type _Service { sdl: String }
	type Query {
		_service: _Service!
		_entities(representations: [_Any!]!): [_Entity]!
	}
`

var inStock = map[string]int32{"1": 12, "2": 0, "3": 140}

// Any is a representation: `__typename` and a key.
type Any struct{ fields map[string]any }

func (Any) ImplementsGraphQLType(name string) bool { return name == "_Any" }

func (a *Any) UnmarshalGraphQL(input any) error {
	fields, ok := input.(map[string]any)
	if !ok {
		return fmt.Errorf("a representation is an object")
	}
	a.fields = fields
	return nil
}

func (a Any) MarshalJSON() ([]byte, error) { return json.Marshal(a.fields) }

type root struct{}

type service struct{}

func (*root) Service() *service { return &service{} }

func (*service) SDL() *string { return &sdl }

func (*root) Entities(args struct{ Representations []Any }) []*entity {
	entities := make([]*entity, len(args.Representations))
	for i, representation := range args.Representations {
		id, _ := representation.fields["id"].(string)
		if _, known := inStock[id]; known && representation.fields["__typename"] == "Product" {
			entities[i] = &entity{product{id}}
		}
	}
	return entities
}

type entity struct{ product product }

func (e *entity) ToProduct() (*product, bool) { return &e.product, true }

type product struct{ id string }

func (p *product) ID() graphql.ID { return graphql.ID(p.id) }

func (p *product) InStock() int32 { return inStock[p.id] }

func (p *product) ShipsWithin() string {
	time.Sleep(300 * time.Millisecond)
	if inStock[p.id] > 0 {
		return "a day"
	}
	return "three weeks"
}

func main() {
	// The line with `extend schema @link` is for the router alone.
	_, types, _ := strings.Cut(sdl, "\n")
	schema := graphql.MustParseSchema(federation+types, &root{})
	http.Handle("/graphql", &relay.Handler{Schema: schema})
	port := os.Getenv("PORT")
	if port == "" {
		port = "4003"
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+port)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("stock: http://localhost:%s/graphql\n", port)
	log.Fatal(http.Serve(listener, nil))
}
