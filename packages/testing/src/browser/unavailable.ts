/** Replaces functions that need a port, a file or a process: they throw when they are called. */
function unavailable(): never {
  throw new Error('a Socket.IO server in a page cannot listen on a port: call listen() of createMockServer() instead')
}

export { unavailable as attach, unavailable as createServer, unavailable as uServer, unavailable as default }
