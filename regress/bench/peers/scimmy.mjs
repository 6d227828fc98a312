/*
 * scimmy with scimmy-routers on express, over maps in memory with an index
 * for userName and externalId, so that the library is measured and not a
 * search: for `make bench`.
 *
 *	node scimmy.mjs port
 *
 * Says its path and token in a line of JSON.  Ends with its standard input.
 */
import crypto from 'node:crypto';
import { createRequire } from 'node:module';

const require = createRequire(process.env.MODULES + '/');
const express = require('express');
const SCIMMY = require('scimmy');
const SCIMMYRouters = require('scimmy-routers').default ??
  require('scimmy-routers');
const [port] = process.argv.slice(2);
const token = crypto.randomBytes(24).toString('hex');

class Shelf {
  constructor(keys) {
    this.all = new Map();
    this.by = Object.fromEntries(keys.map((k) => [k, new Map()]));
  }
  put(id, data) {
    const now = new Date();
    const before = this.all.get(id);
    const it = { ...data, id, meta: {
      created: before?.meta.created ?? now, lastModified: now } };
    this.all.set(id, it);
    for (const k in this.by)
      if (it[k])
        this.by[k].set(it[k], it);
    return it;
  }
  find(resource) {
    if (resource.id) {
      const it = this.all.get(resource.id);
      if (!it)
        throw new SCIMMY.Types.Error(404, null, 'not found');
      return it;
    }
    const f = resource.filter?.[0];
    for (const k in this.by)
      if (f?.[k]?.[0] === 'eq')
        return [this.by[k].get(f[k][1])].filter(Boolean);
    const { startIndex = 1, count = 100 } = resource.constraints ?? {};
    if (!resource.filter) {
      const page = [];
      let at = 0;
      for (const it of this.all.values()) {
        if (++at >= startIndex)
          page.push(it);
        if (page.length >= count)
          break;
      }
      return page;
    }
    return resource.filter.match([...this.all.values()]);
  }
  drop(id) {
    const it = this.all.get(id);
    this.all.delete(id);
    for (const k in this.by)
      if (it?.[k])
        this.by[k].delete(it[k]);
  }
}

const shelves = [
  [SCIMMY.Resources.User, new Shelf(['userName', 'externalId'])],
  [SCIMMY.Resources.Group, new Shelf(['displayName'])]];
for (const [type, shelf] of shelves)
  SCIMMY.Resources.declare(type)
    .ingress((resource, data) => shelf.put(
      resource.id ?? crypto.randomBytes(12).toString('hex'), data))
    .egress((resource) => shelf.find(resource))
    .degress((resource) => shelf.drop(resource.id));

const app = express();
app.disable('x-powered-by');
app.use((request, response, next) => {
  const send = response.send.bind(response);
  response.send = (body) => {
    if (body?.id)
      response.set('X-Id', body.id);
    return send(body);
  };
  next();
});
app.use('/scim/v2', new SCIMMYRouters({
  type: 'bearer',
  handler: (request) => {
    if (request.header('authorization') !== `Bearer ${token}`)
      throw new Error('no');
    return 'bench';
  },
}));
const server = app.listen(Number(port), '127.0.0.1', () => {
  console.log(JSON.stringify({ path: '/scim/v2', token }));
});
server.keepAliveTimeout = 60000;
process.stdin.on('end', () => process.exit(0)).resume();
