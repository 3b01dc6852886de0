package main

import (
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"os"
	"strings"

	"github.com/letsencrypt/challtestsrv"
	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
)

// acme is pebble, Let's Encrypt's server for tests, at https://NAME:14000/dir.
type acme struct {
	root    []byte                   // its root certificate, PEM; new at every start
	publish func(name, value string) // puts a TXT record for dns-01 where pebble looks for it
}

func startACME(p place, limited func() bool) acme {
	const dns = "127.0.0.1:8053"
	// pebble is configured by the environment. Validate at once; inject no bad nonces; and ask for a challenge each time:
	// tailscaled fails on an authorization that is valid already.
	for k, v := range map[string]string{"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "0"} {
		os.Setenv(k, v)
	}
	quiet := log.New(io.Discard, "", 0)
	records, err := challtestsrv.New(challtestsrv.Config{Log: quiet, DNSAddrs: []string{dns}})
	if err != nil {
		log.Fatal(err)
	}
	go records.Run()

	store := db.NewMemoryStore()
	profiles := map[string]ca.Profile{"default": {ValidityPeriod: 90 * 24 * 3600}} // seconds
	issuer := ca.New(quiet, store, "", "ecdsa", 0, 1, profiles)
	validator := va.New(quiet, 80, 443, false, dns, store)
	web := wfe.New(quiet, store, validator, issuer, []string{"lab"}, false, false, 1, 1)
	front := web.Handler()
	serve(p.listen(acmePort), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/order-plz" && limited() { // RFC 8555, 6.6
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(http.StatusTooManyRequests)
			io.WriteString(w, `{"type": "urn:ietf:params:acme:error:rateLimited", "detail": "too many certificates", "status": 429}`)
			return
		}
		// tailscaled waits for the order at the Location of the answer to finalize. Let's Encrypt sends that header,
		// pebble doesn't.
		if id, ok := strings.CutPrefix(r.URL.Path, "/finalize-order/"); ok {
			w.Header().Set("Location", "https://"+r.Host+"/my-order/"+id)
		}
		front.ServeHTTP(w, r)
	}))
	return acme{
		root:    pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: issuer.GetRootCert(0).Cert.Raw}),
		publish: func(name, value string) { records.AddDNSTXTRecord(name+".", value) },
	}
}
