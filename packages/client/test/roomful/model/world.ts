import type { Appended } from '@roomful/server'
import { messageFrom } from '../../../src/roomful/outbox/message.ts'
import { Disk, type Sent } from './disk.ts'
import { ROOMS, USER, WINDOW } from './frames.ts'
import { type Link, MemberSocket } from './link.ts'
import { ServerNode } from './server.ts'
import { Store } from './store.ts'
import type { Options, Surroundings, Told } from './surroundings.ts'
import { Tab } from './tab.ts'

const TABS = 3

/** Tabs, links and servers in memory. A run is a list of operations on it. */
export class World implements Surroundings {
  now = 0
  clockMs = 0
  isHealing = false
  hasNews = false
  /** A tab has joined again because of a new epoch that had lost nothing. */
  hasJoinedAgain = false
  readonly options: Options
  readonly sent: Sent[] = []
  readonly told: Told[] = []
  /** Queued messages that ended with their page. */
  readonly lost: number[] = []
  readonly disk = new Disk(this.sent)
  readonly links: (Link & { readonly tab: Tab })[] = []
  readonly store: Store = new Store()
  readonly forbidden: boolean[] = Array.from({ length: ROOMS }, () => false)
  readonly tabs: Tab[] = []
  readonly gone: Tab[] = []
  readonly nodes: ServerNode[] = []
  #pages = 0

  constructor(options: Options) {
    this.options = options
    for (let node = 0; node < options.nodes; node++) this.nodes.push(new ServerNode(this, node))
    for (let line = 0; line < TABS; line++) this.tabs.push(this.#newTab(line))
  }

  emit(tab: Tab, room: number): void {
    if (!tab.isAlive) return
    const id = this.sent.length
    const messageId = `id-${String(id).padStart(13, '0')}`
    const facts = { isStored: false, isLeft: false, hasLostId: false }
    const sent: Sent = { id, messageId, line: tab.line, page: tab.page, room, ...facts }
    this.sent.push(sent)
    tab.emit(room, sent)
  }

  connect(tab: Tab, node: number): void {
    if (!tab.isAlive || tab.link) return
    const link: Link & { readonly tab: Tab } = {
      node: node % this.nodes.length,
      tab,
      socket: new MemberSocket(() => link),
      isUp: true,
      serverIsUp: true,
      toServer: [],
      toClient: [],
      member: new Set(),
    }
    this.links.push(link)
    tab.connected(link)
    if (!tab.core.isReady) this.takeOver(tab)
  }

  takeOver(tab: Tab): void {
    if (!tab.isAlive) return
    const entries = tab.hasStorage ? this.disk.adopt(tab.page) : []
    for (const { data } of entries) {
      const sent = this.sent[data as number]!
      if (sent.line !== tab.line) sent.line = -1 - sent.id
    }
    if (entries.length > 0) tab.step({ type: 'adopt', messages: entries.map(messageFrom) })
    if (tab.core.identity === 'confirmed') tab.step({ type: 'ready', user: USER })
  }

  /** The page ends; its storage transaction may still complete. */
  die(tab: Tab, isSaved: boolean): void {
    if (!tab.isAlive) return
    tab.cut()
    if (!tab.saving && tab.hasStorage && tab.core.identity === 'confirmed') this.#assertStored(tab)
    if (!tab.hasStorage) this.#leaveLine(tab)
    if (tab.saving && isSaved) this.disk.write(tab.saving)
    tab.isAlive = false
    this.disk.unlockAll(tab.page)
  }

  reload(index: number, isSaved: boolean): void {
    const old = this.tabs[index]!
    this.die(old, isSaved)
    this.gone.push(old)
    this.tabs[index] = this.#newTab(old.line)
  }

  restart(node: number): void {
    for (const link of this.links) {
      if (link.node !== node || !link.serverIsUp) continue
      link.serverIsUp = false
      link.toServer.length = 0
      if (link.tab.link === link) link.tab.cut()
    }
    this.nodes[node] = new ServerNode(this, node)
  }

  /** The log loses all. A single process with a log of its own is restarted then. */
  loseStore(hasLineage: boolean): void {
    this.store.lose(hasLineage)
    if (this.options.durability === undefined && this.nodes.length === 1) this.restart(0)
  }

  /** The log gets another epoch while the processes go on, and they tell their members. */
  renewStore(): void {
    this.store.newEpoch()
    for (const node of this.nodes) node.heads()
  }

  /** More time than the server remembers keys; undelivered frames are lost. */
  age(): void {
    this.now += WINDOW
    for (const tab of this.tabs) tab.cut()
    for (const link of this.links) if (link.serverIsUp) this.nodes[link.node]!.end(link)
    for (const node of this.nodes) node.forgetAll()
    this.store.forgetRows(this.now)
  }

  publish(room: number, appended: Appended): void {
    if (appended.entries.length > 0) for (const node of this.nodes) node.rooms[room]?.pipe.push(appended)
  }

  /** Lets readers go on whose reads have ended. */
  async goOn(): Promise<void> {
    this.hasNews = false
    for (let turns = 0; turns < 4; turns++) await Promise.resolve()
  }

  heads(node: number): void {
    if (this.options.hasHeads) this.nodes[node]?.heads()
  }

  /** P6: every queued message of the page is in the storage. */
  #assertStored(tab: Tab): void {
    for (const { data } of tab.messages) if (!this.sent[data as number]!.isStored) this.lost.push(data as number)
  }

  /** Without a storage, the next page cannot wait for what this one has sent. */
  #leaveLine(tab: Tab): void {
    for (const { data } of tab.messages) {
      const sent = this.sent[data as number]!
      sent.line = -1 - sent.id
    }
  }

  #newTab(line: number): Tab {
    const tab = new Tab(this, this.#pages++, line)
    this.disk.lock(tab.cid, tab.page)
    return tab
  }
}
