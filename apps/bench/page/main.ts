import { countCommits } from './commits.ts'

// Before react-dom is loaded: it looks for whom to tell of its commits once.
countCommits()
const { dispatch } = await import('./dispatch.ts')
const { hooksToMount, mounts } = await import('./mounts.tsx')
const { storm } = await import('./storm.tsx')
const { unsubscribe } = await import('./unsubscribe.ts')

const page = { dispatch, hooksToMount, mounts, storm, unsubscribe }
export type Page = typeof page
Object.assign(globalThis, { page })
