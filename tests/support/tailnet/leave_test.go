package main

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tailscale.com/tailcfg"
	"tailscale.com/types/key"
)

// joined makes a node of this machine as complete does, without a client.
func joined(c *control, machine key.MachinePublic, used authKey) *tailcfg.Node {
	k := key.NewNode().Public()
	c.ts.UpdateNode(&tailcfg.Node{Key: k, Machine: machine, Hostinfo: (&tailcfg.Hostinfo{Hostname: "vps"}).View()})
	name := c.takeOver(c.ts.Node(k), c.names.claim(k, "vps"), "vps")
	c.complete(k, name, used)
	return c.ts.Node(k)
}

// tailnet makes an empty one.
func tailnet() *control {
	c := newControl("http://control.test", "lab.test", &tailcfg.DERPMap{}, func(string, string) {})
	*field[map[key.NodePublic]*tailcfg.Node](c.ts, "nodes") = map[key.NodePublic]*tailcfg.Node{}
	return c
}

func logOut(t *testing.T, c *control, n *tailcfg.Node) {
	t.Helper()
	asked, err := json.Marshal(tailcfg.RegisterRequest{NodeKey: n.Key, Hostinfo: &tailcfg.Hostinfo{}, Expiry: time.Unix(123, 0)})
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	c.register(answer, httptest.NewRequest("POST", "/machine/register", strings.NewReader(string(asked))))
	var got tailcfg.RegisterResponse
	if err := json.Unmarshal(answer.Body.Bytes(), &got); err != nil || !got.NodeKeyExpired {
		t.Fatalf("answer to a logout: %s", answer.Body)
	}
}

func TestLogoutLeavesTheNodeExpiredWithItsName(t *testing.T) {
	c := tailnet()
	machine := key.NewMachine().Public()
	n := joined(c, machine, authKey{tags: []string{"tag:server"}})
	if n.Name != "vps.lab.test." || !n.KeyExpiry.IsZero() {
		t.Fatalf("joined as %s, expiry %v", n.Name, n.KeyExpiry)
	}
	logOut(t, c, n)
	left := c.ts.Node(n.Key)
	if left == nil || !left.KeyExpiry.Before(time.Now()) || left.KeyExpiry.IsZero() || left.Name != n.Name {
		t.Fatalf("after the logout: %+v", left)
	}
	if next := joined(c, key.NewMachine().Public(), authKey{}); next.Name != "vps-1.lab.test." {
		t.Errorf("another machine became %s", next.Name)
	}
	if again := joined(c, machine, authKey{}); again.Name != "vps.lab.test." {
		t.Errorf("the same machine became %s", again.Name)
	}
	if c.ts.Node(n.Key) != nil {
		t.Error("the same machine is there twice")
	}
}

func TestLogoutRemovesAnEphemeralNode(t *testing.T) {
	c := tailnet()
	n := joined(c, key.NewMachine().Public(), authKey{ephemeral: true})
	logOut(t, c, n)
	if c.ts.Node(n.Key) != nil {
		t.Error("it is still there")
	}
	if next := joined(c, key.NewMachine().Public(), authKey{}); next.Name != "vps.lab.test." {
		t.Errorf("its name is not free: %s", next.Name)
	}
}
