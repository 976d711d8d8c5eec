'use client'
export { createHooks } from './create-hooks.tsx'
export type { Hooks, NoRoom, UseRoom, UseSocket } from './types.ts'
