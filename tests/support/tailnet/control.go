package main

import (
	"log"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"
	"time"
	"unsafe"

	"tailscale.com/tailcfg"
	"tailscale.com/tstest/integration/testcontrol"
	"tailscale.com/types/key"
)

// control is testcontrol with our handlers in front of some of its paths.
type control struct {
	ts       *testcontrol.Server
	orig     http.Handler // testcontrol's own handlers
	domain   string
	settings *settings
	keys     *authKeys
	names    *names

	mu        sync.Mutex
	ephemeral map[key.NodePublic]bool // the nodes that joined with such a key
	last      tailcfg.NodeID          // testcontrol numbers nodes by how many there are: after a removal two would share a number
}

// newControl makes a control server that nodes reach at url. publish puts a TXT record into the DNS that ACME asks.
func newControl(url, domain string, relay *tailcfg.DERPMap, publish func(name, value string)) *control {
	c := &control{domain: domain, settings: newSettings(), keys: newAuthKeys(), names: newNames(), ephemeral: map[key.NodePublic]bool{}}
	c.ts = &testcontrol.Server{
		ExplicitBaseURL:         url,
		MagicDNSDomain:          domain,
		DNSConfig:               &tailcfg.DNSConfig{Proxied: true, Domains: []string{domain}},
		DERPMap:                 relay,
		DefaultNodeCapabilities: &tailcfg.NodeCapMap{}, // none: apply sets each node's
		AllNodesSameUser:        true,
		AllOnline:               true,
		SSHPolicy:               sshPolicy,
		Logf:                    log.Printf,
		OnSetDNS: func(r *tailcfg.SetDNSRequest) error {
			publish(r.Name, r.Value)
			return nil
		},
	}
	c.replaceMux()
	return c
}

// replaceMux puts our handlers in testcontrol's place. What nodes send inside Noise is dispatched by its private mux,
// which panics on a path that it doesn't know, such as the feature query; so it has to be changed from inside.
func (c *control) replaceMux() {
	c.ts.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/key", nil)) // the mux is made by the first request
	mux := field[*http.ServeMux](c.ts, "mux")
	c.orig = *mux
	ours := http.NewServeMux()
	for _, p := range []string{"/key", "/ts2021", "/c2n/", "/generate_204", "/machine/set-dns", "/machine/update-health"} {
		ours.Handle(p, c.orig)
	}
	ours.HandleFunc("/machine/register", c.register)
	ours.HandleFunc("/machine/map", c.mapPoll)
	ours.HandleFunc("/machine/feature/query", c.feature)
	ours.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		log.Printf("unhandled %s %s", r.Method, r.URL.Path)
		http.NotFound(w, r)
	})
	*mux = http.NewServeMux()
	(*mux).HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if c.settings.get("control") == "down" || c.settings.waitWhile(r.Context(), "control", "silent") != nil {
			panic(http.ErrAbortHandler) // no answer; net/http doesn't log this one
		}
		ours.ServeHTTP(w, r)
	})
}

// field gives access to an unexported field of testcontrol.Server. If upstream renames it, this panics at start.
func field[T any](s *testcontrol.Server, name string) *T {
	return (*T)(unsafe.Pointer(reflect.ValueOf(s).Elem().FieldByName(name).UnsafeAddr()))
}

// locked runs f under testcontrol's own lock.
func (c *control) locked(f func()) {
	mu := field[sync.Mutex](c.ts, "mu")
	mu.Lock()
	defer mu.Unlock()
	f()
}

var sshPolicy = &tailcfg.SSHPolicy{Rules: []*tailcfg.SSHRule{{
	Principals: []*tailcfg.SSHPrincipal{{Any: true}},
	SSHUsers:   map[string]string{"*": "=", "root": "root"}, // "=" (the same name) by itself excludes root
	// Tailscale's own control server allows that, too: https://github.com/tailscale/tailscale/issues/5091
	Action: &tailcfg.SSHAction{Accept: true, AllowLocalPortForwarding: true},
}}}

// apply sends every node what the settings say.
func (c *control) apply() {
	https := c.settings.get("https") == "on"
	capabilities, domain := tailcfg.NodeCapMap{}, ""
	if https {
		capabilities[tailcfg.CapabilityHTTPS] = nil
		domain = c.domain
	}
	c.locked(func() { c.ts.MagicDNSDomain = domain }) // it fills CertDomains only; register makes the nodes' names
	for _, n := range c.ts.AllNodes() {
		c.ts.SetNodeCapMap(n.Key, capabilities)
	}
	if c.settings.get("ssh") == "on" {
		c.ts.SetSSHPolicy(sshPolicy)
	} else {
		c.ts.SetSSHPolicy(&tailcfg.SSHPolicy{}) // nil would mean "as before"
	}
}

// remove forgets a node, as when it is deleted in the admin console. The node learns it at its next request.
func (c *control) remove(k key.NodePublic) {
	c.names.release(k)
	c.locked(func() { delete(*field[map[key.NodePublic]*tailcfg.Node](c.ts, "nodes"), k) })
	c.apply()
}

// leave logs a node out. Only an ephemeral one goes: any other stays, expired, and keeps its name, so that the next
// machine of that name gets NAME-1 (https://github.com/tailscale/tailscale/issues/2076).
func (c *control) leave(k key.NodePublic) {
	c.mu.Lock()
	gone := c.ephemeral[k]
	delete(c.ephemeral, k)
	c.mu.Unlock()
	if gone {
		c.remove(k)
		return
	}
	if n := c.ts.Node(k); n != nil {
		n.KeyExpiry = time.Now().Add(-time.Minute)
		c.ts.UpdateNode(n)
	}
}

// takeOver gives a node that has just joined the place of its machine's old node: one machine is never two devices.
// We assume that the real service identifies a machine by its key (https://github.com/tailscale/tailscale/issues/4641).
func (c *control) takeOver(n *tailcfg.Node, name, want string) string {
	for _, old := range c.ts.AllNodes() {
		if old.Key == n.Key || old.Machine != n.Machine {
			continue
		}
		c.remove(old.Key)
		c.names.release(n.Key)
		name = c.names.claim(n.Key, want)
	}
	return name
}

// feature answers `tailscale serve`, which asks whether Serve is enabled in the tailnet. If not, there are two ways:
// "wait" makes the CLI print the URL and block, "exit" makes it print the URL and exit 0.
func (c *control) feature(w http.ResponseWriter, r *http.Request) {
	switch answer := c.settings.get("serve"); answer {
	case "complete":
		reply(w, tailcfg.QueryFeatureResponse{Complete: true})
	case "error":
		http.Error(w, "internal error", http.StatusInternalServerError)
	default:
		reply(w, tailcfg.QueryFeatureResponse{
			Text:       "Serve is not enabled on your tailnet.\nTo enable, visit:",
			URL:        "https://login.tailscale.com/f/serve?node=LAB",
			ShouldWait: answer == "wait",
		})
	}
}
