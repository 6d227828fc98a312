// A real OpenID Provider for the tests: npm's oidc-provider on loopback.
//
//	node server.mjs PORT ISSUER [KEY CERTIFICATE]
//
// With a key and a certificate (PEM) it speaks TLS.  It says "ready" when it
// listens, and ends with its standard input, so that a test that was killed
// leaves nothing behind.  The modules are looked for below $MODULES.
//
// Everybody of regress/idp/simplesamlphp is known here too, with the same
// passwords.  A test steers it by POST of JSON, and gets JSON:
//
//	/test/client	metadata of a client: it is added, or replaced
//	/test/user	{login, password, claims}: likewise
//	/test/rotate	{alg, drop}: a new key signs; the old ones go if drop
//	/test/logout	{client_id, login}: back-channel logout, now
//	/test/revoke	{login}: refresh tokens and grants are no more
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import crypto from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import https from 'node:https'

const [port, issuer, key, cert] = process.argv.slice(2)
const modules = createRequire(`${process.env.MODULES}/`)
const load = name => import(pathToFileURL(modules.resolve(name)).href)
const { default: Provider } = await load('oidc-provider')

// --- people -----------------------------------------------------------------

const person = (id, name, more = {}) => [id, {
  password: `${id}-secret`,
  claims: { email: `${id}@example.org`, email_verified: true, name,
    preferred_username: id, ...more },
}]
const many = Array.from({ length: 200 },
  (_, i) => `group-${String(i + 1).padStart(3, '0')}`)
const users = new Map([
  person('ada', 'Ada Example', {
    groups: ['nlp-team', 'staff', 'vision team'],
    role: ['hub-admins', 'people'], user: { role: 'hub-admins' } }),
  person('ben', 'Ben Example'),
  person('chloe', 'Chlo\u00eb \u{1f600} <b> & "Q", x=y; 100%', {
    email: "chloe+o'hara@example.org", role: ['r\u00f4le'],
    groups: ['a,b', 'c;d', 'caf\u00e9', '<script>', '"'] }),
  person('dan', 'Dan Example', { groups: ['staff'], email: undefined,
    email_verified: undefined }),
  person('eve', 'Eve Example', { groups: many, role: ['hub-writers'],
    email_verified: false }),
])
// What each scope brings.
const claims = {
  openid: ['sub'], email: ['email', 'email_verified'],
  profile: ['name', 'preferred_username'],
  groups: ['groups', 'role', 'user'],
}

// --- the provider -----------------------------------------------------------

const kinds = {
  RS256: ['rsa', { modulusLength: 2048 }],
  PS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  EdDSA: ['ed25519', {}],
}

function newKey(alg = 'RS256') {
  const { privateKey } = crypto.generateKeyPairSync(...kinds[alg])
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig',
    kid: crypto.randomBytes(8).toString('hex') }
}

let keys = [newKey()]
const clients = new Map()
const cookies = crypto.randomBytes(16).toString('hex')
let provider, handle
// Those that there ever were: the provider itself finds them by id only.
const sessions = new Set(), grants = new Map()

function configuration() {
  return {
    clients: [...clients.values()],
    jwks: { keys },
    cookies: { keys: [cookies] },
    scopes: ['openid', 'offline_access', 'email', 'profile', 'groups'],
    claims,
    acrValues: ['urn:example:password'],
    // Into the ID token as well, as others do.
    conformIdTokenClaims: false,
    clientDefaults: {
      id_token_signed_response_alg: keys[0].alg,
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
    enabledJWA: { idTokenSigningAlgValues: Object.keys(kinds) },
    pkce: { required: () => true, methods: ['S256'] },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      revocation: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource(ctx, form) {
          ctx.body = `<!doctype html><title>Sign out</title>${form}` +
            '<button form="op.logoutForm" name="logout" value="yes">' +
            'Sign out</button>'
        },
      },
    },
    interactions: { url: (_, one) => `/login/${one.uid}` },
    ttl: { Session: 3600, Grant: 3600, Interaction: 600, IdToken: 600,
      AccessToken: 600, AuthorizationCode: 60, RefreshToken: 3600 },
    findAccount: (_, id) => users.has(id) &&
      { accountId: id, claims: () => ({ sub: id, ...users.get(id).claims }) },
    loadExistingGrant: consented,
    issueRefreshToken: (_, client, code) =>
      code.scopes.has('offline_access'),
    renderError(ctx, out) {
      ctx.type = 'text'
      ctx.body = `${out.error}: ${out.error_description}`
    },
    // Whatever the relying party is called, it is here.
    httpOptions: () => ({
      dnsLookup: (_, options, done) => (done ?? options)(null,
        options.all ? [{ address: '127.0.0.1', family: 4 }] : '127.0.0.1',
        4),
    }),
  }
}

/** Everything that is asked for is granted: nobody is there to say so. */
async function consented(ctx) {
  const { client, session, params } = ctx.oidc
  const id = session.grantIdFor(client.clientId)
  const grant = (id && await provider.Grant.find(id)) ||
    new provider.Grant({ clientId: client.clientId,
      accountId: session.accountId })
  grant.addOIDCScope(params.scope)
  grant.addOIDCClaims(Object.values(claims).flat())
  await grant.save()
  return grant
}

// What it remembers outlives it: sessions, codes and tokens stay good.
function build() {
  provider = new Provider(issuer, configuration())
  provider.on('server_error', (_, fault) => console.error(fault))
  provider.on('session.saved', one => sessions.add(one.uid))
  provider.on('refresh_token.saved',
    one => grants.set(one.grantId, one.accountId))
  for (const what of ['authorization', 'grant', 'backchannel', 'end_session'])
    provider.on(`${what}.error`, (_, fault) => console.error(
      `${what}: ${fault.message} ${fault.error_description ?? ''}`))
  handle = provider.callback()
}
build()

// --- pages and the test's hand ----------------------------------------------

async function read(request) {
  let text = ''
  for await (const chunk of request)
    text += chunk
  return text
}

const safe = text => String(text).replace(/[&<>"]/g,
  one => `&#${one.charCodeAt(0)};`)

async function signIn(request, response) {
  const asked = await provider.interactionDetails(request, response)
  if (asked.prompt.name === 'consent')
    return provider.interactionFinished(request, response, { consent: {} },
      { mergeWithLastSubmission: true })
  let wrong = ''
  if (request.method === 'POST') {
    const form = new URLSearchParams(await read(request))
    const name = form.get('login')
    if (form.has('cancel'))
      return provider.interactionFinished(request, response,
        { error: 'access_denied', error_description: 'cancelled' })
    if (users.get(name)?.password === form.get('password'))
      return provider.interactionFinished(request, response, { login: {
        accountId: name, acr: 'urn:example:password', amr: ['pwd'] } })
    wrong = '<p role=alert>Wrong user name or password.'
  }
  const to = safe(`/login/${asked.uid}`)
  response.writeHead(wrong ? 401 : 200, { 'content-type': 'text/html' })
  response.end(`<!doctype html><html lang=en><title>Sign in</title>
<h1>Sign in to ${safe(asked.params.client_id)}</h1>${wrong}
<form method=post action="${to}"><label>User <input type=text name=login
value="${safe(asked.params.login_hint ?? '')}"></label> <label>Password
<input type=password name=password></label> <button>Sign in</button></form>
<form method=post action="${to}"><button name=cancel>Cancel</button></form>`)
}

const hand = {
  client(one) {
    clients.set(one.client_id, one)
    build()
  },
  user(one) {
    users.set(one.login, one)
  },
  rotate({ alg, drop }) {
    keys = [newKey(alg), ...drop ? [] : keys]
    build()
  },
  async logout({ client_id: id, login }) {
    const client = await provider.Client.find(id)
    for (const session of await sessionsOf(login))
      await client.backchannelLogout(login, session.sidFor(id))
  },
  async revoke({ login }) {
    for (const [grant, who] of grants)
      if (who === login)
        await provider.RefreshToken.revokeByGrantId(grant)
  },
}

async function sessionsOf(login) {
  const all = await Promise.all([...sessions].map(
    uid => provider.Session.findByUid(uid)))
  return all.filter(one => one?.accountId === login)
}

async function serve(request, response) {
  const { pathname } = new URL(request.url, issuer)
  try {
    if (pathname.startsWith('/login/')) {
      await signIn(request, response)
    } else if (pathname.startsWith('/test/')) {
      const done = await hand[pathname.slice(6)](
        JSON.parse(await read(request)))
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(done ?? {}))
    } else {
      handle(request, response)
    }
  } catch (fault) {
    console.error(fault)
    if (!response.headersSent)
      response.writeHead(500).end(fault.message)
  }
}

const server = key ? https.createServer(
  { key: fs.readFileSync(key), cert: fs.readFileSync(cert) }, serve) :
  http.createServer(serve)
server.listen(Number(port), '127.0.0.1', () => console.log('ready'))
process.stdin.on('end', () => process.exit(0)).resume()
