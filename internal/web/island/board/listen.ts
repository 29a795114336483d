// A page that listens to a session: messages are gathered, and drawn once a frame.
import { Feed, type Link, type Message } from './feed'

/** draws what comes, oldest first, and says how the link is */
export function listen(session: string, draw: (list: Message[]) => void, link: (state: Link) => void): void {
  let waiting: Message[] = []
  let frame = 0
  const drawAll = () => {
    frame = 0
    const list = waiting
    waiting = []
    draw(list)
  }
  link('connecting')
  new Feed(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/live/sessions/${encodeURIComponent(session)}`, {
    apply(m) {
      waiting.push(m)
      // A hidden page gets no frames; what comes in meanwhile must not pile up.
      if (!frame) frame = document.hidden ? window.setTimeout(drawAll, 1000) : requestAnimationFrame(drawAll)
    },
    link,
    async signedOut() {
      try {
        const r = await fetch('/me', { redirect: 'manual', cache: 'no-store' })
        return r.type === 'opaqueredirect' || r.status === 401 || r.status === 403
      } catch {
        return false // no network: come back later
      }
    },
  })
}
