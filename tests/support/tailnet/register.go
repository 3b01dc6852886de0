package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"time"

	"tailscale.com/net/tsaddr"
	"tailscale.com/tailcfg"
	"tailscale.com/types/key"
)

// register decides whether a node may join (or stay, or leave); testcontrol then records it. Its RequireAuthKey cannot be
// used here: it asks a known node for the key again when that node restarts.
func (c *control) register(w http.ResponseWriter, r *http.Request) {
	var q tailcfg.RegisterRequest
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil || q.Hostinfo == nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	if q.Followup != "" { // the node waits for someone to visit the login page, which never happens
		<-r.Context().Done()
		return
	}
	if !q.Expiry.IsZero() && q.Expiry.Before(time.Now()) { // how a node logs out
		c.leave(q.NodeKey)
		reply(w, tailcfg.RegisterResponse{NodeKeyExpired: true})
		return
	}
	if c.settings.waitWhile(r.Context(), "register", "hold") != nil {
		return
	}
	n := c.ts.Node(q.NodeKey)
	if n != nil && !n.KeyExpiry.IsZero() && n.KeyExpiry.Before(time.Now()) {
		reply(w, tailcfg.RegisterResponse{NodeKeyExpired: true}) // it comes back with a new node key
		return
	}
	if n != nil {
		c.forward(w, r, q, c.names.claim(q.NodeKey, q.Hostinfo.Hostname))
		return
	}
	if q.Auth == nil || q.Auth.AuthKey == "" {
		reply(w, tailcfg.RegisterResponse{AuthURL: c.ts.BaseURL() + "/a/1"})
		return
	}
	used, refusal := c.keys.use(q.Auth.AuthKey)
	if refusal != "" {
		log.Printf("refused %s: %s", q.Hostinfo.Hostname, refusal)
		reply(w, tailcfg.RegisterResponse{Error: refusal})
		return
	}
	c.remove(q.OldNodeKey)
	want := q.Hostinfo.Hostname
	name := c.names.claim(q.NodeKey, want)
	answer := httptest.NewRecorder() // held back until the node is complete
	c.forward(answer, r, q, name)
	c.complete(q.NodeKey, c.takeOver(c.ts.Node(q.NodeKey), name, want), used)
	w.Write(answer.Body.Bytes())
}

// complete gives a node that has just joined what testcontrol doesn't.
func (c *control) complete(k key.NodePublic, name string, used authKey) {
	n := c.ts.Node(k)
	c.mu.Lock()
	c.ephemeral[k] = used.ephemeral
	c.last++
	n.ID = c.last
	c.mu.Unlock()
	n.Created = time.Now()
	n.StableID = tailcfg.StableNodeID(fmt.Sprintf("nLAB%dCNTRL", n.ID))
	v4 := netip.AddrFrom4([4]byte{100, 64, byte(n.ID >> 8), byte(n.ID)}) // as testcontrol's MapResponse computes it
	n.Addresses = []netip.Prefix{netip.PrefixFrom(v4, 32), netip.PrefixFrom(tsaddr.Tailscale4To6(v4), 128)}
	n.AllowedIPs = n.Addresses
	n.Name = name + "." + c.domain + "."
	n.Tags = used.tags
	if len(used.tags) == 0 {
		n.KeyExpiry = time.Now().AddDate(0, 0, 180) // the real service's default; a tagged node's key doesn't expire
	}
	n.MachineAuthorized = c.settings.get("approval") == "off"
	c.ts.UpdateNode(n)
	c.apply()
	log.Printf("joined %s %v", n.Name, n.Addresses)
}

// forward hands the request to testcontrol, with the node's name as we chose it.
func (c *control) forward(w http.ResponseWriter, r *http.Request, q tailcfg.RegisterRequest, name string) {
	q.Hostinfo.Hostname = name
	c.orig.ServeHTTP(w, withBody(r, q))
}

func withBody(r *http.Request, v any) *http.Request {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // it has just been decoded from JSON
	}
	r = r.Clone(r.Context())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	return r
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		log.Printf("reply: %v", err)
	}
}
