import type { AnyContract } from '@roomful/contract'
import type { Client } from '@roomful/client'
import { createInspector, type InspectorOptions } from '../inspector/create-inspector.ts'
import { h } from './dom.ts'
import { Panel, type PanelOptions } from './panel.ts'
import { styles } from './styles.ts'

/** The options of the panel, and the bounds of its recording. */
export interface DevtoolsOptions extends PanelOptions, InspectorOptions {}

// oxlint-disable-next-line typescript/no-explicit-any -- a client of any contract
export type AnyClient = Client<any>

/** `<roomful-devtools>`: the panel of the client that its property `client` has. */
export interface RoomfulDevtoolsElement extends HTMLElement {
  /** Recorded from the time when it is set, while the element is in a document. */
  client: AnyClient | undefined
  /** Read when the panel begins. */
  options: DevtoolsOptions
}

const TAG = 'roomful-devtools'

/** Registers `<roomful-devtools>`, once a page. Does nothing where there is no page. */
export function defineElement(): void {
  if (typeof customElements === 'undefined' || customElements.get(TAG)) return
  // Made here, since the base class exists in a browser only.
  customElements.define(
    TAG,
    class extends HTMLElement implements RoomfulDevtoolsElement {
      #client: AnyClient | undefined
      #options: DevtoolsOptions = {}
      #remove: (() => void) | undefined

      get client(): AnyClient | undefined {
        return this.#client
      }

      set client(client: AnyClient | undefined) {
        if (client === this.#client) return
        this.#end()
        this.#client = client
        this.#start()
      }

      get options(): DevtoolsOptions {
        return this.#options
      }

      /** The panel reads them when it begins. */
      set options(options: DevtoolsOptions) {
        this.#options = options
      }

      connectedCallback(): void {
        // A framework may set properties before the element is defined.
        for (const name of ['options', 'client'] as const) {
          if (!Object.hasOwn(this, name)) continue
          const value: unknown = this[name]
          Reflect.deleteProperty(this, name)
          Reflect.set(this, name, value)
        }
        this.#start()
      }

      disconnectedCallback(): void {
        this.#end()
      }

      #start(): void {
        if (this.#client && this.isConnected) this.#remove ??= showPanel(this, this.#client, this.#options)
      }

      #end(): void {
        this.#remove?.()
        this.#remove = undefined
      }
    },
  )
}

/** Shows the panel in the element's shadow root. Returns what removes it, and ends the recording and its faults. */
function showPanel<C extends AnyContract>(host: HTMLElement, client: Client<C>, options: DevtoolsOptions): () => void {
  const inspector = createInspector(client, options)
  const panel = new Panel(inspector, options)
  const root = host.shadowRoot ?? styledRoot(host)
  root.append(panel.element)
  return () => {
    panel.close()
    inspector.close()
  }
}

/** A style sheet object needs no exception of a Content-Security-Policy; Safari has it since 16.4. */
function styledRoot(host: HTMLElement): ShadowRoot {
  const root = host.attachShadow({ mode: 'open' })
  if ('adoptedStyleSheets' in root) {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(styles)
    root.adoptedStyleSheets = [sheet]
  } else (root as ShadowRoot).append(h('style', {}, styles))
  return root
}

/** Adds the panel of a client to the page. Returns what removes it, and ends the recording and its faults. */
export function mountPanel<C extends AnyContract>(client: Client<C>, options: DevtoolsOptions = {}): () => void {
  if (typeof document === 'undefined') return () => {}
  // Not by the element's class, which another copy of this package may have registered.
  const host = document.createElement(TAG)
  const remove = showPanel(host, client, options)
  document.body.append(host)
  return () => {
    remove()
    host.remove()
  }
}
