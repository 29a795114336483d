// A long shift without a network, written into the handheld's database while the app is closed: closed passes of many
// observations, each event with its digest, as the store would have recorded them.

/** Adds so many events, in passes of at most so many, on a page of the app's origin. With open the last pass is not closed. */
export function fill(page, total, each, open = false) {
  return page.evaluate(async ([total, each, open]) => {
    const db = await new Promise((done, fail) => {
      const r = indexedDB.open('jard')
      r.onsuccess = () => done(r.result)
      r.onerror = () => fail(r.error)
    })
    const ask = (r) => new Promise((done, fail) => { r.onsuccess = () => done(r.result); r.onerror = () => fail(r.error) })
    const [stream, session, person] = await Promise.all(['stream', 'current', 'person'].map((k) => ask(db.transaction('state').objectStore('state').get(k))))
    const pack = await ask(db.transaction('packs').objectStore('packs').get(session))
    const chunk = await ask(db.transaction('chunks').objectStore('chunks').get(pack.catalogue.chunks[0]))
    const items = JSON.parse('[' + new TextDecoder().decode(chunk.text).replaceAll('}{', '},{') + ']').map((i) => [i.id, i.barcodes[0].code])
    const used = new Set((await ask(db.transaction('passes').objectStore('passes').getAll())).map((p) => p.location))
    const free = pack.site.locations.map((l) => l.id).filter((l) => !used.has(l)).reverse()
    const last = await new Promise((done) => { db.transaction('events').objectStore('events').openCursor(null, 'prev').onsuccess = (e) => done(e.target.result?.value) })
    let { n, digest } = last && last.n > stream.floor.n ? last : stream.floor
    const id = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16)))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '').replace(/^-/, 'A')
    const encoder = new TextEncoder(), events = [], passes = []
    const began = Date.now() - total * 1000
    const record = async (fields) => {
      const at = began + events.length * 1000, { kind, ...rest } = fields
      const e = { v: 1, id: id(), kind, session, at, mono: 1000 + events.length * 1000, ...rest }
      const body = JSON.stringify(e), bytes = encoder.encode(body), all = new Uint8Array(32 + bytes.length)
      for (let i = 0; i < 32; i++) all[i] = parseInt(digest.slice(2 * i, 2 * i + 2), 16)
      all.set(bytes, 32)
      digest = [...new Uint8Array(await crypto.subtle.digest('SHA-256', all))].map((b) => b.toString(16).padStart(2, '0')).join('')
      events.push({ n: ++n, id: e.id, body, digest, session, kind, at, pass: e.pass })
    }
    while (events.length < total - (open ? 1 : 0)) {
      const pass = id(), location = free.pop(), observations = Math.min(each, total - events.length) - 2
      await record({ kind: 'pass.opened', pass, location, round: 1, person: person.id, mode: 'each' })
      const openedAt = events.at(-1).at
      for (let k = 0; k < observations; k++) {
        const [item, code] = items[(passes.length * 7 + k) % items.length]
        await record({ kind: 'observed', pass, scanned_at: began + events.length * 1000, raw: ']E0' + code, code, item, pack: 1000, amount: 1000, unit: 'piece', entry: 'scan' })
      }
      const left = open && events.length + 1 >= total
      if (!left) await record({ kind: 'pass.closed', pass, observations, quantity: observations * 1000 })
      passes.push({ pass, session, location, round: 1, person: person.id, mode: 'each', assignment: '', undirected: false, openedAt, closed: !left, observations, quantity: observations * 1000, multiplier: '' })
    }
    const tx = db.transaction(['events', 'passes', 'state'], 'readwrite')
    for (const e of events) tx.objectStore('events').put(e)
    for (const p of passes) tx.objectStore('passes').put(p)
    tx.objectStore('state').put([session], 'unmeasured')
    await new Promise((done, fail) => { tx.oncomplete = done; tx.onerror = () => fail(tx.error) })
    db.close()
    return events.length
  }, [total, each, open])
}
