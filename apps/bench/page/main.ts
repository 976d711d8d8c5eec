import { countCommits } from './commits.ts'

// Before react-dom is loaded, because it looks for developer tools only once.
countCommits()
const { appendToChatList, fillChatList } = await import('./chat-list.tsx')
const { dispatch } = await import('./dispatch.ts')
const { hooksToMount, mounts } = await import('./mounts.tsx')
const { storm } = await import('./storm.tsx')
const { unsubscribe } = await import('./unsubscribe.ts')

const page = { appendToChatList, dispatch, fillChatList, hooksToMount, mounts, storm, unsubscribe }
export type Page = typeof page
Object.assign(globalThis, { page })
