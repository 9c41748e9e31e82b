/** Where each part of an overlay stands in a picture of any size, upright ones too. */

export interface At {
  readonly x: number
  readonly y: number
}

export interface Layout {
  readonly speed: At
  readonly heading: At
  readonly compass: At & { readonly radiusPx: number }
  readonly clock: At
  readonly top: At
  readonly route: At & { readonly sizePx: number }
  readonly panel: At & { readonly sizePx: number }
}

/** Speed and heading below left, the clock below right, the route above right. */
export function layoutOf(widthPx: number, heightPx: number, unit: number): Layout {
  const edge = 40 * unit
  const sizePx = 250 * unit
  const inner = 36 * unit
  const panel = { x: widthPx - edge - sizePx, y: edge, sizePx }
  return {
    speed: { x: edge, y: heightPx - edge + 14 * unit },
    compass: { x: edge + 34 * unit, y: heightPx - edge - 148 * unit, radiusPx: 30 * unit },
    heading: { x: edge + 80 * unit, y: heightPx - edge - 148 * unit },
    clock: { x: widthPx - edge, y: heightPx - edge },
    top: { x: widthPx / 2, y: edge },
    panel,
    route: { x: panel.x + inner, y: panel.y + inner, sizePx: sizePx - 2 * inner },
  }
}
