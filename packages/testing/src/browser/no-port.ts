/** Stands for what needs a port, a file or a process: a server in a page has none, and says so when it is asked to. */
function noPort(): never {
  throw new Error('a Socket.IO server in a page cannot listen: clients come to it by listen() of createMockServer()')
}

export { noPort as attach, noPort as createServer, noPort as uServer, noPort as default }
