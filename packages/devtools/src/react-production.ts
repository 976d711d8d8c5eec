'use client'
// The component for any build, also for production: an app that imports it has it in its bundle.
export { Devtools as RoomfulDevtools } from './react-panel.ts'
export type { RoomfulDevtoolsProps } from './react-panel.ts'
