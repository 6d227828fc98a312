/*
 * The SCIM of @boxyhq/saml-jackson (Ory Polis) behind a plain HTTP server,
 * as its own documentation puts it behind one: for `make bench`.
 *
 *	node jackson.mjs port [postgres-url]
 *
 * Says the path of its directory and the token in a line of JSON.  Ends
 * with its standard input.
 */
import http from 'node:http';
import { createRequire } from 'node:module';

const require = createRequire(process.env.MODULES + '/');
const jackson = require('@boxyhq/saml-jackson').default;
const [port, postgres] = process.argv.slice(2);

const { directorySyncController: sync } = await jackson({
  externalUrl: `http://127.0.0.1:${port}`,
  samlAudience: 'https://saml.example',
  samlPath: '/api/oauth/saml',
  scimPath: '/scim/v2.0',
  noAnalytics: true,
  db: postgres ? { engine: 'sql', type: 'postgres', url: postgres } :
    { engine: 'mem' },
});
const made = await sync.directories.create({
  name: 'bench', tenant: 'acme', product: 'hub', type: 'generic-scim-v2' });
if (made.error)
  throw new Error(made.error.message);

/* /scim/v2.0/DIRECTORY/Users/ID */
async function answer(request, body) {
  const url = new URL(request.url, 'http://localhost');
  const [, , , directoryId, resource, resourceId] = url.pathname.split('/');
  const q = url.searchParams;
  return sync.requests.handle({
    method: request.method,
    body: body ? JSON.parse(body) : undefined,
    directoryId,
    resourceType: resource.toLowerCase(),
    resourceId,
    apiSecret: (request.headers.authorization || '').replace('Bearer ', ''),
    query: {
      count: q.has('count') ? parseInt(q.get('count'), 10) : undefined,
      startIndex: q.has('startIndex') ?
        parseInt(q.get('startIndex'), 10) : undefined,
      filter: q.get('filter') || undefined,
    },
  });
}

const server = http.createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', async () => {
    let status = 500, text = '';
    try {
      const a = await answer(request, Buffer.concat(parts).toString());
      status = a.status;
      text = JSON.stringify(a.data ?? {});
    } catch (error) {
      text = JSON.stringify({ detail: String(error) });
    }
    response.writeHead(status, {
      'Content-Type': 'application/scim+json',
      'Content-Length': Buffer.byteLength(text),
      'X-Id': /"id":"([^"]*)"/.exec(text)?.[1] ?? '' });
    response.end(text);
  });
});
server.keepAliveTimeout = 60000;
server.listen(Number(port), '127.0.0.1', () => {
  console.log(JSON.stringify({
    path: made.data.scim.path || `/scim/v2.0/${made.data.id}`,
    id: made.data.id, token: made.data.scim.secret }));
});
process.stdin.on('end', () => process.exit(0)).resume();
