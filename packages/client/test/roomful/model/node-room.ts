import type { Appended, LogHead, Page, PageRequest, SocketIoServer } from '@roomful/server'
import { Broadcast, Delivery, Metrics } from './server-sources.ts'

/** A pack has about three events. */
const PAGE_BYTES = 500
const metrics = new Metrics()

interface NodeRoomParts {
  readonly name: string
  readonly io: SocketIoServer
  readonly now: () => number
  readonly page: (request: PageRequest) => Promise<Page>
  readonly onError: (error: unknown) => void
}

/** A room of one node, with the broadcast and the delivery that ship. */
export class NodeRoom {
  /** What the log has published, and has not come. */
  readonly pipe: Appended[] = []
  readonly delivery: Delivery
  readonly #broadcast: Broadcast

  constructor({ name, io, now, page, onError }: NodeRoomParts) {
    const report = (error: unknown): void => {
      throw error
    }
    this.delivery = new Delivery(name, { io, metrics, report, pageBytes: PAGE_BYTES, now })
    this.#broadcast = new Broadcast({
      page,
      send: (epoch, entries) => this.delivery.sendEntries(epoch, entries),
      sendHead: (head, previous) => this.delivery.sendHead(head, previous),
      onError,
    })
  }

  receive(appended: Appended): void {
    this.#broadcast.receive(appended)
  }

  noticeHead(head: LogHead): void {
    this.#broadcast.notice(head)
  }

  /** A page was read for a member. */
  noticePage(page: Page): void {
    this.#broadcast.noticePage(page)
    this.delivery.knowEpoch(page.epoch)
  }
}
