/** Runs a function in the next task. Uses a message channel, because fake timers do not stop it; Jest's jsdom has none. */
export function inNextTask(run: () => void): void {
  if (typeof MessageChannel === 'undefined') return void setTimeout(run)
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    run()
  }
  port2.postMessage(undefined)
}
