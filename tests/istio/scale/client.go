package scale

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	manager "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

// What a sidecar asks istiod for, besides its certificate.
const (
	clusters   = "type.googleapis.com/envoy.config.cluster.v3.Cluster"
	endpoints  = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment"
	listeners  = "type.googleapis.com/envoy.config.listener.v3.Listener"
	routings   = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"
	extensions = "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig"
)

// Client is to istiod what the sidecar of a service is: it asks for the same things in the same protocol (incremental ADS),
// acknowledges, tries again when istiod takes no more connections just now, and keeps nothing but sizes.
type Client struct {
	ctx        context.Context
	stop       context.CancelFunc
	connection *grpc.ClientConn
	node       *core.Node

	received atomic.Int64 // bytes of resources, all in all
	last     atomic.Int64 // when something came, in nanoseconds of the clock

	lock       sync.Mutex
	stream     discovery.AggregatedDiscoveryService_DeltaAggregatedResourcesClient
	held       map[string]map[string]int // bytes of each resource, by type and name
	subscribed map[string][]string
	broken     error
}

// Connect starts the sidecar of a service.
func Connect(istiod string, at int) (*Client, error) {
	connection, err := grpc.NewClient(istiod, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(1<<30)))
	if err != nil {
		return nil, err
	}
	name := Name(at)
	metadata, err := structpb.NewStruct(map[string]any{
		"NAMESPACE": Namespace, "SERVICE_ACCOUNT": name, "CLUSTER_ID": "Kubernetes", "INTERCEPTION_MODE": "REDIRECT",
		"LABELS": map[string]any{"app": name}, "INSTANCE_IPS": Address(at),
	})
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	c := &Client{
		ctx: ctx, stop: stop, connection: connection,
		node: &core.Node{Id: "sidecar~" + Address(at) + "~" + name + "." + Namespace + "~" + Namespace + ".svc.cluster.local", Metadata: metadata},
	}
	go c.run()
	return c, nil
}

// Close ends the connection.
func (c *Client) Close() {
	c.stop()
	_ = c.connection.Close()
}

func (c *Client) send(request *discovery.DeltaDiscoveryRequest) error {
	request.Node = c.node
	return c.stream.Send(request)
}

// run keeps a stream open. Between two it waits as Envoy does: half a second at first, then twice as long, by chance up to that.
func (c *Client) run() {
	for longest := 500 * time.Millisecond; c.ctx.Err() == nil; longest = min(2*longest, 30*time.Second) {
		err := c.serve()
		c.lock.Lock()
		c.broken = err
		c.lock.Unlock()
		select {
		case <-c.ctx.Done():
		case <-time.After(rand.N(longest)):
		}
	}
}

// serve is one stream, from its first request to its end.
func (c *Client) serve() error {
	stream, err := discovery.NewAggregatedDiscoveryServiceClient(c.connection).DeltaAggregatedResources(c.ctx)
	if err != nil {
		return err
	}
	c.lock.Lock()
	c.stream, c.held, c.subscribed, c.broken = stream, map[string]map[string]int{}, map[string][]string{}, nil
	c.lock.Unlock()
	for _, kind := range []string{clusters, listeners} {
		if err := c.send(&discovery.DeltaDiscoveryRequest{TypeUrl: kind}); err != nil {
			return err
		}
	}
	for {
		response, err := stream.Recv()
		if err != nil {
			return err
		}
		if err := c.take(response); err != nil {
			return err
		}
	}
}

// take keeps the sizes, acknowledges, and asks for what the new resources name.
func (c *Client) take(response *discovery.DeltaDiscoveryResponse) error {
	c.lock.Lock()
	defer c.lock.Unlock()
	held := c.held[response.TypeUrl]
	if held == nil {
		held = map[string]int{}
		c.held[response.TypeUrl] = held
	}
	named := map[string][]string{}
	for _, resource := range response.Resources {
		size := len(resource.Resource.GetValue())
		held[resource.Name] = size
		c.received.Add(int64(size))
		switch {
		case response.TypeUrl == clusters && strings.HasPrefix(resource.Name, "outbound|"):
			named[endpoints] = append(named[endpoints], resource.Name) // as Istio names them
		case response.TypeUrl == listeners:
			if err := namedBy(resource, named); err != nil {
				return err
			}
		}
	}
	for _, name := range response.RemovedResources {
		delete(held, name)
	}
	c.last.Store(time.Now().UnixNano())
	if err := c.send(&discovery.DeltaDiscoveryRequest{TypeUrl: response.TypeUrl, ResponseNonce: response.Nonce}); err != nil {
		return err
	}
	for _, kind := range []string{endpoints, routings, extensions} {
		var more []string
		for _, name := range named[kind] {
			if !slices.Contains(c.subscribed[kind], name) && !slices.Contains(more, name) {
				more = append(more, name)
			}
		}
		if len(more) == 0 {
			continue
		}
		c.subscribed[kind] = append(c.subscribed[kind], more...)
		if err := c.send(&discovery.DeltaDiscoveryRequest{TypeUrl: kind, ResourceNamesSubscribe: more}); err != nil {
			return err
		}
	}
	return nil
}

// namedBy are the routes and extensions that a listener's HTTP chains name.
func namedBy(resource *discovery.Resource, named map[string][]string) error {
	var l listener.Listener
	if err := proto.Unmarshal(resource.Resource.Value, &l); err != nil {
		return err
	}
	for _, chain := range append(l.FilterChains, l.DefaultFilterChain) {
		for _, filter := range chain.GetFilters() {
			var http manager.HttpConnectionManager
			if config := filter.GetTypedConfig(); config == nil || !config.MessageIs(&http) {
				continue
			} else if err := config.UnmarshalTo(&http); err != nil {
				return err
			}
			if name := http.GetRds().GetRouteConfigName(); name != "" {
				named[routings] = append(named[routings], name)
			}
			for _, filter := range http.HttpFilters {
				if filter.GetConfigDiscovery() != nil {
					named[extensions] = append(named[extensions], filter.Name)
				}
			}
		}
	}
	return nil
}

// Size is the bytes of what the sidecar holds: of one type, or of all for "".
func (c *Client) Size(kind string) (bytes int) {
	c.lock.Lock()
	defer c.lock.Unlock()
	for held, resources := range c.held {
		for _, size := range resources {
			if kind == "" || kind == held {
				bytes += size
			}
		}
	}
	return bytes
}

// Count is how many resources of a type the sidecar holds.
func (c *Client) Count(kind string) int {
	c.lock.Lock()
	defer c.lock.Unlock()
	return len(c.held[kind])
}

// Broken is why the sidecar is no longer connected, if it is not.
func (c *Client) Broken() error {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.broken
}
