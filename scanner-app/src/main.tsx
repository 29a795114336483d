import { render } from 'preact'

render(<h1>جرد</h1>, document.getElementById('app')!)
