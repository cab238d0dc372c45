package serve_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"syncro-mcp/internal/serve"
)

// program is serve.HTTP running as the program runs it.
type program struct {
	address string
	log     *journal
	stop    context.CancelFunc // SIGTERM
	ended   chan error
}

func start(t *testing.T, o serve.HTTPOptions) *program {
	t.Helper()
	p := &program{log: newJournal(), ended: make(chan error, 1)}
	o.Log = slog.New(p.log)
	var ctx context.Context
	ctx, p.stop = context.WithCancel(t.Context())
	t.Cleanup(p.stop)
	go func() { p.ended <- serve.HTTP(ctx, o) }()
	p.address = "http://" + p.log.await(t, "serving MCP")["address"]
	return p
}

func TestStoppingAnswersWhatRuns(t *testing.T) {
	t.Parallel()
	shop := newShop()
	p := start(t, shop.options(annAndBob()...))
	session := openSession(t, p.address, annsToken)
	answered := make(chan string, 1)
	go func() {
		_, _, body := post(t, p.address, annsToken, session, toolCall(5, "slow", "x", ""))
		answered <- body
	}()
	get(t, shop.started)
	stream := newSSEStream(t, p.address, bobsToken)
	stream.begin(t)
	stream.send(t, toolCall(6, "slow", "y", ""))
	get(t, shop.started)
	idle := newSSEStream(t, p.address, bobsToken)
	p.stop()
	p.log.await(t, "stopping")
	_, open := get2(t, idle.events)
	assert.False(t, open, "a stream without a call ends at once")
	close(shop.release)
	assert.Contains(t, get(t, answered), `\"text\":\"x\"`)
	assert.Contains(t, stream.next(t), `\"text\":\"y\"`)
	require.NoError(t, get(t, p.ended))
	_, err := net.Dial("tcp", p.address[len("http://"):])
	assert.Error(t, err)
}

func TestStoppingEndsWhatListensForChanges(t *testing.T) {
	t.Parallel()
	o := newShop().options(annAndBob()...)
	o.Build = hasty
	p := start(t, o)
	listening, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.address+"/mcp", newBody(
			`{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`))
		assert.NoError(t, err)
		r.Header = http.Header{"Authorization": {"Bearer " + annsToken}, "Content-Type": {"application/json"}, "Accept": {"text/event-stream"},
			"Mcp-Protocol-Version": {newest}, "Mcp-Method": {"subscriptions/listen"}}
		answer, err := http.DefaultClient.Do(r)
		if assert.NoError(t, err) {
			assert.Equal(t, "no", answer.Header.Get("X-Accel-Buffering"))
			close(listening)
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
		}
	}()
	get(t, listening)
	p.stop()
	require.NoError(t, get(t, p.ended))
	get(t, ended)
	assert.NotContains(t, p.log.text.String(), "what still runs is cancelled", "it must not be waited for")
}

// get2 waits for a value or the end of a channel.
func get2[T any](t *testing.T, from <-chan T) (T, bool) {
	t.Helper()
	select {
	case v, ok := <-from:
		return v, ok
	case <-time.After(soon):
		require.FailNow(t, "nothing came")
		panic("unreachable")
	}
}

func TestStoppingEndsWithinTenSecondsWhateverRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		shop := newShop()
		on := newPipeListener()
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- serve.Serve(ctx, shop.options(annAndBob()...), on) }()
		over := &http.Client{Transport: &http.Transport{DialContext: on.dial, DisableKeepAlives: true}}
		send := func(session, body string) (*http.Response, error) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/mcp", newBody(body))
			require.NoError(t, err)
			r.Header = http.Header{"Authorization": {"Bearer " + annsToken}, "Content-Type": {"application/json"}, "Mcp-Session-Id": {session}}
			return over.Do(r)
		}
		answer, err := send("", initialize)
		require.NoError(t, err)
		_ = answer.Body.Close()
		cancelled := make(chan int, 1)
		go func() {
			answer, err := send(answer.Header.Get("Mcp-Session-Id"), toolCall(5, "slow", "x", ""))
			if assert.NoError(t, err) {
				_ = answer.Body.Close()
				cancelled <- answer.StatusCode
			}
		}()
		<-shop.started
		asked := time.Now()
		stop()
		require.NoError(t, <-ended)
		assert.LessOrEqual(t, time.Since(asked), 10*time.Second)
		assert.GreaterOrEqual(t, time.Since(asked), 7*time.Second, "what runs gets its time")
		require.ErrorIs(t, <-shop.ended, context.Canceled)
		assert.Equal(t, http.StatusOK, <-cancelled)
	})
}

func TestCallersAreReadAgain(t *testing.T) {
	t.Parallel()
	shop := newShop()
	hangup, next := make(chan os.Signal), make(chan func() ([]serve.Caller, error), 1)
	o := shop.options(annAndBob()...)
	o.Hangup, o.Reload = hangup, func() ([]serve.Caller, error) { return (<-next)() }
	log := newJournal()
	o.Log = slog.New(log)
	s := open(t, o)
	reload := func(expect string, callers []serve.Caller, err error) {
		next <- func() ([]serve.Caller, error) { return callers, err }
		hangup <- os.Interrupt
		log.await(t, expect)
	}
	works := func(token, session string) int {
		status, _, _ := post(t, s.URL, token, session, listTools)
		return status
	}
	ann, bob := openSession(t, s.URL, annsToken), openSession(t, s.URL, bobsToken)
	bobs := newSSEStream(t, s.URL, bobsToken)
	slow := make(chan int, 1)
	go func() {
		status, _, _ := post(t, s.URL, bobsToken, bob, toolCall(5, "slow", "x", ""))
		slow <- status
	}()
	get(t, shop.started)

	const broken = "the callers were not read again"
	reload(broken, nil, errors.New("caller 2 has no token"))
	reload(broken, nil, nil)
	reload(broken, []serve.Caller{annAndBob()[0], {Name: "eve", Token: "short"}}, nil)
	assert.Contains(t, log.text.String(), "caller 2 has no token")
	assert.Contains(t, log.text.String(), "at least 24 are needed")
	assert.Equal(t, http.StatusOK, works(annsToken, ann), "a broken file changes nothing")
	assert.Equal(t, http.StatusOK, works(bobsToken, bob))

	evesToken := "eves-token-0123456789abcdef"
	reload("the callers were read again", []serve.Caller{{Name: "eve", Token: evesToken}, annAndBob()[0]}, nil)
	assert.Equal(t, http.StatusOK, works(annsToken, ann), "who did not change keeps the session")
	assert.Equal(t, http.StatusUnauthorized, works(bobsToken, bob))
	require.ErrorIs(t, get(t, shop.ended), context.Canceled, "what bob had running is cut off")
	_, streaming := get2(t, bobs.events)
	assert.False(t, streaming, "and his stream")
	get(t, slow)
	eve := openSession(t, s.URL, evesToken)

	changed := []serve.Caller{{Name: "eve", Token: evesToken, Mode: "read"}, annAndBob()[0]}
	reload("the callers were read again", changed, nil)
	assert.Equal(t, http.StatusNotFound, works(evesToken, eve), "who changed starts anew")
	assert.Equal(t, http.StatusOK, works(annsToken, ann))
	assert.NotContains(t, log.text.String(), evesToken)
}

func TestTLS(t *testing.T) {
	t.Parallel()
	o := newShop().options(annAndBob()...)
	var pool *x509.CertPool
	o.TLSCert, o.TLSKey, pool = certificate(t)
	p := start(t, o)
	address := "https://" + p.address[len("http://"):] + "/healthz"
	over := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	answer, err := over.Get(address)
	require.NoError(t, err)
	_ = answer.Body.Close()
	assert.Equal(t, http.StatusOK, answer.StatusCode)
	old := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}}}
	_, err = old.Get(address)
	require.Error(t, err)
	over.CloseIdleConnections()
	p.stop()
	require.NoError(t, get(t, p.ended))

	for _, broken := range []serve.HTTPOptions{{TLSCert: o.TLSCert}, {TLSKey: o.TLSKey}, {TLSCert: o.TLSKey, TLSKey: o.TLSCert}, {TLSCert: "none", TLSKey: "none"}} {
		broken.Listen, broken.Build = "127.0.0.1:0", o.Build
		assert.ErrorContains(t, serve.HTTP(t.Context(), broken), "TLS")
	}
}

func certificate(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	made, err := x509.CreateCertificate(rand.Reader, about, about, &private.PublicKey, private)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	write := func(name, kind string, bytes []byte) (string, []byte) {
		text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: bytes})
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, text, 0o600))
		return path, text
	}
	cert, text := write("cert.pem", "CERTIFICATE", made)
	key, _ = write("key.pem", "PRIVATE KEY", secret)
	pool = x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(slices.Clone(text)))
	return cert, key, pool
}
