import { JsonReporter } from 'vitest/node'

/** The JSON report of Vitest with the errors that happened outside of tests, which fail a run as well. */
export default class ReportWithErrors extends JsonReporter {
  /** @type {readonly { message: string, stack?: string }[]} */
  #errors = []

  /**
   * @override
   * @param {import('vitest/node').TestModule[]} modules
   * @param {readonly import('vitest/node').SerializedError[]} [errors]
   */
  async onTestRunEnd(modules, errors = []) {
    this.#errors = errors.map(({ message, stack }) => ({ message, ...(stack && { stack }) }))
    await super.onTestRunEnd(modules)
  }

  /**
   * @override
   * @param {string} report
   */
  async writeReport(report) {
    await super.writeReport(JSON.stringify({ ...JSON.parse(report), unhandledErrors: this.#errors }))
  }
}
