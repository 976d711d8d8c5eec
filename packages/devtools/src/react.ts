'use client'
import { Devtools, type RoomfulDevtoolsProps } from './react-panel.ts'

export type { RoomfulDevtoolsProps } from './react-panel.ts'

/**
 * The devtools of a client, as `mountRoomfulDevtools` adds them, while the component is mounted. It renders nothing itself; the
 * options of the first render count.
 *
 * In a build for production it does nothing, and a bundler leaves the panel out: `@roomful/devtools/react/production` has it in
 * any build.
 *
 * @example <RoomfulDevtools client={client} />
 */
export const RoomfulDevtools: (props: RoomfulDevtoolsProps) => null =
  process.env.NODE_ENV === 'production' ? () => null : Devtools
