// The panel for any build, also for production: an app that imports it has it in its bundle.
export { defineElement as defineRoomfulDevtools, mountPanel as mountRoomfulDevtools } from './panel/element.ts'
export type { DevtoolsOptions, RoomfulDevtoolsElement } from './panel/element.ts'
