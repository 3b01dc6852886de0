// Tailnet is a Tailscale control plane for tests, in one process: upstream's testcontrol with auth keys, faults and an
// admin API around it, DERP, STUN, and an ACME server for the certificates of `tailscale serve`.
//
// All state is in memory. After a restart its nodes are unknown and its keys are new.
package main

import (
	"crypto/tls"
	"flag"
	"log"
	"net"
	"net/http"
	"os"
)

// Ports besides 443, where control is.
const (
	derpPort = 8443
	stunPort = 3478
	acmePort = 14000
)

func main() {
	address := flag.String("address", "", "IPv4 address that control, DERP, STUN and ACME listen on")
	name := flag.String("name", "", "DNS name of that address")
	certificate := flag.String("cert", "", "file with the certificate for that name")
	privateKey := flag.String("key", "", "file with its private key")
	domain := flag.String("domain", "lab.ts.net", "MagicDNS suffix of the tailnet")
	socket := flag.String("admin", "", "unix socket of the admin API (see admin.go)")
	flag.Parse()
	log.SetFlags(log.Lmicroseconds)

	pair, err := tls.LoadX509KeyPair(*certificate, *privateKey)
	if err != nil {
		log.Fatal(err)
	}
	here := place{*address, *name, &tls.Config{Certificates: []tls.Certificate{pair}}}

	var c *control
	ca := startACME(here, func() bool { return c.settings.get("acme") == "limited" })
	c = newControl("https://"+*name, *domain, startRelay(here), ca.publish)
	serve(here.listen(443), c.ts)
	log.Printf("control %s", c.ts.BaseURL())

	// Last: when the admin API answers, everything else is up.
	l, err := net.Listen("unix", *socket)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.Chmod(*socket, 0o600); err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.Serve(l, c.admin(ca.root)))
}

// A place is where this process can be reached.
type place struct {
	address, name string
	tls           *tls.Config
}

// listen opens a TLS port.
func (p place) listen(port int) net.Listener {
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.ParseIP(p.address), Port: port})
	if err != nil {
		log.Fatal(err)
	}
	return tls.NewListener(l, p.tls)
}

func serve(l net.Listener, h http.Handler) {
	go func() { log.Fatal((&http.Server{Handler: h}).Serve(l)) }()
}
