import { create } from 'zustand'
import { server } from './server.ts'

const STORAGE_KEY = 'roomful-chat:trusted-servers'
const MAX_SERVERS = 20

/** Whether the page may send anything to its server: it is the usual one, or the user has agreed to it. */
export const useTrust = create<{ readonly isTrusted: boolean }>()(() => ({
  isTrusted: server.isOther !== true || trusted().includes(server.url),
}))

/** The user agrees to the server of this page, also for later visits. */
export function trustServer(): void {
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify([...trusted(), server.url].slice(-MAX_SERVERS)))
  } catch {
    // Without storage the user is asked again at the next visit.
  }
  useTrust.setState({ isTrusted: true })
}

function trusted(): readonly unknown[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '[]')
    return Array.isArray(stored) ? stored : []
  } catch {
    return [] // no storage, or not what this page has stored
  }
}
