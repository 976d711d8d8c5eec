import type { Locator, Page } from '@playwright/test'
import { expect } from './expect.ts'

/** Somebody at the chat's page, by what the page calls its parts. */
export class Person {
  readonly page: Page
  readonly name: string

  constructor(page: Page, name: string) {
    this.page = page
    this.name = name
  }

  get connection(): Locator {
    return this.page.getByRole('status', { name: 'Connection' })
  }

  get log(): Locator {
    return this.page.getByRole('log', { name: 'Messages' })
  }

  get message(): Locator {
    return this.page.getByRole('textbox', { name: 'Message' })
  }

  /** One for each message that the server does not have yet. */
  get waiting(): Locator {
    return this.log.getByText(/^(Waiting to be sent|Sending…)$/)
  }

  get members(): Locator {
    return this.page.getByRole('list', { name: 'Members' })
  }

  member(name: string): Locator {
    return this.members.getByRole('listitem').filter({ hasText: name })
  }

  get rooms(): Locator {
    return this.page.getByRole('navigation', { name: 'Rooms' })
  }

  async enter(): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Your name' }).fill(this.name)
    await this.page.getByRole('button', { name: 'Enter' }).click()
    await this.isConnected()
  }

  async isConnected(): Promise<void> {
    await expect(this.connection).toHaveText(/^Connected/)
  }

  async open(room: string): Promise<void> {
    await this.rooms.getByRole('button', { name: room, exact: true }).click()
    await this.isIn(room)
  }

  /** In the room, as the server says it: it counts us among its members. */
  async isIn(room: string): Promise<void> {
    await expect(this.page.getByRole('heading', { level: 1, name: room })).toBeVisible()
    await expect(this.member('you')).toHaveText(`${this.name}you`)
  }

  /** Makes a room that no other test knows, and goes in. */
  async createRoom(): Promise<string> {
    const room = `room ${Math.random().toString(36).slice(2, 10)}`
    await this.rooms.getByRole('textbox', { name: 'New room' }).fill(room)
    await this.rooms.getByRole('button', { name: 'Create room' }).click()
    await this.isIn(room)
    return room
  }

  async say(text: string): Promise<void> {
    await this.message.fill(text)
    await this.message.press('Enter')
    await expect(this.message).toHaveValue('')
  }

  async hears(text: string): Promise<void> {
    await expect(this.log.getByText(text, { exact: true })).toBeVisible()
  }

  async sees(name: string): Promise<void> {
    await expect(this.members.getByText(name, { exact: true })).toBeVisible()
  }

  /** These messages, each once and in this order; all of them settled, and nothing missing. */
  async shows(texts: readonly string[]): Promise<void> {
    await expect(this.log.locator('.bubble')).toHaveText(texts)
    await expect(this.log.locator('.note, .gap')).toHaveCount(0)
  }

  /** Waits until the browser keeps so many messages of the outbox: from then on they survive a reload. */
  async keeps(count: number): Promise<void> {
    await expect.poll(() => this.page.evaluate(countStored)).toBe(count)
  }

  /** Another tab with a copy of this one's session, as the browser's “Duplicate” makes it. */
  async duplicate(): Promise<Person> {
    const opened = this.page.context().waitForEvent('page')
    await this.page.evaluate(() => void open(location.href))
    return new Person(await opened, this.name)
  }
}

/** Runs in the page. Where there is no such database, none must come to be: it would be an empty one. */
function countStored(): Promise<number> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('roomful:outbox')
    opening.onupgradeneeded = () => opening.transaction?.abort()
    opening.onerror = () => resolve(0)
    opening.onsuccess = () => {
      const database = opening.result
      const counting = database.transaction('records').objectStore('records').count()
      counting.onerror = () => reject(counting.error)
      counting.onsuccess = () => resolve(counting.result)
      database.close() // once the transaction is done
    }
  })
}
