package main

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"tailscale.com/tailcfg"
)

// admin is what tests use, by a unix socket, so that no node can reach it:
//
//	GET  /root.pem                           the root of the certificates that nodes get
//	GET  /nodes                              names, addresses, tags, …
//	POST /set?https=off&serve=wait&…         see settings.go; answers with all settings
//	POST /key?key=K&left=1&tags=tag:a        adds an auth key, or changes it; left=-1 is reusable, 0 used up; ephemeral=true
//	POST /expire?node=NAME&in=72h            when the node's key expires; without in: it has expired
//	POST /approve?node=NAME  /delete?node=NAME
func (c *control) admin(root []byte) http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /root.pem", func(w http.ResponseWriter, r *http.Request) { w.Write(root) })
	m.HandleFunc("GET /nodes", c.listNodes)
	m.HandleFunc("POST /set", c.change)
	m.HandleFunc("POST /key", c.addKey)
	m.HandleFunc("POST /expire", c.node(func(n *tailcfg.Node, r *http.Request) error {
		in := -time.Minute
		if r.FormValue("in") != "" {
			var err error
			if in, err = time.ParseDuration(r.FormValue("in")); err != nil {
				return err
			}
		}
		n.KeyExpiry = time.Now().Add(in)
		c.ts.UpdateNode(n)
		return nil
	}))
	m.HandleFunc("POST /approve", c.node(func(n *tailcfg.Node, r *http.Request) error {
		n.MachineAuthorized = true
		c.ts.UpdateNode(n)
		return nil
	}))
	m.HandleFunc("POST /delete", c.node(func(n *tailcfg.Node, r *http.Request) error {
		c.remove(n.Key)
		return nil
	}))
	return m
}

func (c *control) listNodes(w http.ResponseWriter, r *http.Request) {
	nodes := []map[string]any{}
	for _, n := range c.ts.AllNodes() {
		nodes = append(nodes, map[string]any{
			"name": n.Name, "addresses": n.Addresses, "tags": n.Tags, "expiry": n.KeyExpiry,
			"authorized": n.MachineAuthorized, "version": n.Hostinfo.IPNVersion(), "endpoints": n.Endpoints,
		})
	}
	reply(w, nodes)
}

func (c *control) change(w http.ResponseWriter, r *http.Request) {
	values := map[string]string{}
	for name := range r.URL.Query() {
		values[name] = r.URL.Query().Get(name)
	}
	if err := c.settings.set(values); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.apply()
	reply(w, c.settings.all())
}

func (c *control) addKey(w http.ResponseWriter, r *http.Request) {
	left, err := strconv.Atoi(r.FormValue("left"))
	if err != nil || r.FormValue("key") == "" {
		http.Error(w, "key and left (a number) are needed", http.StatusBadRequest)
		return
	}
	c.keys.set(r.FormValue("key"), authKey{left, strings.Fields(r.FormValue("tags")), r.FormValue("ephemeral") == "true"})
	reply(w, map[string]int{"left": left})
}

// node finds the node that a request names, for do.
func (c *control) node(do func(*tailcfg.Node, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for _, n := range c.ts.AllNodes() {
			if n.Name != r.FormValue("node")+"."+c.domain+"." {
				continue
			}
			if err := do(n, r); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			reply(w, n.Name)
			return
		}
		http.Error(w, "no node "+r.FormValue("node"), http.StatusNotFound)
	}
}
