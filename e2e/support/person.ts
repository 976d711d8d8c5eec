import type { Locator, Page } from '@playwright/test'
import { expect } from './expect.ts'

/** A user of the chat's page. Finds the parts of the page by their accessible names. */
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

  /** One element for each message that is not confirmed yet. */
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
    await this.expectConnected()
  }

  async expectConnected(): Promise<void> {
    await expect(this.connection).toHaveText(/^Connected/)
  }

  async open(room: string): Promise<void> {
    await this.rooms.getByRole('button', { name: room, exact: true }).click()
    await this.expectInRoom(room)
  }

  /** Waits until the user is a member of the room, as confirmed by the server. */
  async expectInRoom(room: string): Promise<void> {
    await expect(this.page.getByRole('heading', { level: 1, name: room })).toBeVisible()
    await expect(this.member('you')).toHaveText(`${this.name}you`)
  }

  /** Creates a room with a random name and opens it. */
  async createRoom(): Promise<string> {
    const room = `room ${Math.random().toString(36).slice(2, 10)}`
    await this.rooms.getByRole('textbox', { name: 'New room' }).fill(room)
    await this.rooms.getByRole('button', { name: 'Create room' }).click()
    await this.expectInRoom(room)
    return room
  }

  async send(text: string): Promise<void> {
    await this.message.fill(text)
    await this.message.press('Enter')
    await expect(this.message).toHaveValue('')
  }

  async expectMessage(text: string): Promise<void> {
    await expect(this.log.getByText(text, { exact: true })).toBeVisible()
  }

  async expectMember(name: string): Promise<void> {
    await expect(this.members.getByText(name, { exact: true })).toBeVisible()
  }

  /** Expects exactly these messages in this order, all of them confirmed, without a gap. */
  async expectMessages(texts: readonly string[]): Promise<void> {
    await expect.poll(() => this.readAll()).toEqual(texts)
    await expect(this.log.locator('.note, .gap')).toHaveCount(0)
  }

  /** The texts of all messages that the page has. The page renders only those in view, so this scrolls through the log. */
  async readAll(): Promise<readonly string[]> {
    return await this.log.evaluate(async (list) => {
      const frames = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
      const texts = new Map<number, string>()
      for (let top = 0, isAtEnd = false; !isAtEnd; top += list.clientHeight / 2) {
        list.scrollTop = top
        await frames()
        for (const row of list.querySelectorAll<HTMLElement>('[data-index]')) {
          const bubble = row.querySelector('.bubble, .gap')
          texts.set(Number(row.dataset['index']), bubble?.textContent ?? '')
        }
        isAtEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 1
      }
      return [...texts].sort(([one], [other]) => one - other).map(([, text]) => text)
    })
  }

  /** Waits until the browser has stored this number of outbox messages; then they survive a reload. */
  async expectStored(count: number): Promise<void> {
    await expect.poll(() => this.page.evaluate(countStored)).toBe(count)
  }

  /** Opens another tab with a copy of this tab's session, as the browser's “Duplicate” does. */
  async duplicate(): Promise<Person> {
    const opened = this.page.context().waitForEvent('page')
    await this.page.evaluate(() => void open(location.href))
    return new Person(await opened, this.name)
  }
}

/** Runs in the page. Does not create the database if it does not exist. */
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
      database.close() // takes effect after the transaction
    }
  })
}
