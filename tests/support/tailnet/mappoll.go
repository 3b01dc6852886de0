package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"time"

	"tailscale.com/tailcfg"
	"tailscale.com/types/key"
	"tailscale.com/util/zstdframe"
)

// mapPoll lets testcontrol tell a node about the tailnet, with the node's name as we chose it and the right time.
func (c *control) mapPoll(w http.ResponseWriter, r *http.Request) {
	var q tailcfg.MapRequest
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	if q.Hostinfo != nil {
		q.Hostinfo.Hostname = c.names.claim(q.NodeKey, q.Hostinfo.Hostname)
		c.rename(q.NodeKey, q.Hostinfo.Hostname)
	}
	c.orig.ServeHTTP(&today{ResponseWriter: w}, withBody(r, q))
}

// rename gives a node that has changed its hostname (`tailscale set --hostname`) its new name in the tailnet.
func (c *control) rename(k key.NodePublic, name string) {
	if n := c.ts.Node(k); n != nil && n.Name != name+"."+c.domain+"." {
		n.Name = name + "." + c.domain + "."
		c.ts.UpdateNode(n)
	}
}

// testcontrol puts this date into every map response. Nodes use it as the current time, and then no key ever expires.
var longAgo = []byte("2020-08-03T00:00:00.000000001Z")

// today corrects the date. A response is two writes: its length in four bytes, and JSON in zstd. The length changes, so
// the first is held back.
type today struct {
	http.ResponseWriter
	length bool // was written, and held back
}

func (w *today) Write(b []byte) (int, error) {
	if !w.length && len(b) == 4 {
		w.length = true
		return len(b), nil
	}
	if !w.length { // an error's text
		return w.ResponseWriter.Write(b)
	}
	w.length = false
	j, err := zstdframe.AppendDecode(nil, b)
	if err != nil {
		return 0, err
	}
	j = bytes.ReplaceAll(j, longAgo, []byte(time.Now().UTC().Format(time.RFC3339Nano)))
	z := zstdframe.AppendEncode(make([]byte, 4), j, zstdframe.FastestCompression)
	binary.LittleEndian.PutUint32(z, uint32(len(z)-4))
	if _, err := w.ResponseWriter.Write(z); err != nil {
		return 0, err
	}
	return len(b), nil
}

func (w *today) Flush() { w.ResponseWriter.(http.Flusher).Flush() }
