// A screen that cannot be drawn must not leave an empty one behind, with a scanner that still beeps: it gives way to words.
import { Component, type ComponentChildren } from 'preact'
import { Silent } from './silent'

export class Guard extends Component<{ children: ComponentChildren }, { broken?: boolean }> {
  static override getDerivedStateFromError() {
    return { broken: true }
  }

  override componentDidCatch(error: unknown) {
    console.error(error) // seen by whoever looks into the browser
  }

  override render() {
    return this.state.broken ? <Silent why="broken" /> : this.props.children
  }
}
