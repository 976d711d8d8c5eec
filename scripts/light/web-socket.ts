import { WebSocket } from 'ws'

// Node 20 has no WebSocket of its own. In jsdom the page's class is used.
Object.assign(globalThis, { WebSocket: globalThis.WebSocket ?? WebSocket })
