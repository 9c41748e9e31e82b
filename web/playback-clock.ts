/** Tells which second of video is on the screen, frame by frame where the browser says so. */

/** Calls at each frame shown and after each seek; until the answer is called. */
export function onFrame(video: HTMLVideoElement, tell: (videoS: number) => void): () => void {
  // Not every browser presents a frame, in its own words, for a seek while paused.
  const onSeek = () => tell(video.currentTime)
  video.addEventListener('seeked', onSeek)
  const stop = 'requestVideoFrameCallback' in video ? byFrame(video, tell) : byTime(video, tell)
  return () => {
    video.removeEventListener('seeked', onSeek)
    stop()
  }
}

function byFrame(video: HTMLVideoElement, tell: (videoS: number) => void): () => void {
  let request = 0
  const next = () => {
    request = video.requestVideoFrameCallback((_, { mediaTime }) => {
      tell(mediaTime)
      next()
    })
  }
  next()
  return () => video.cancelVideoFrameCallback(request)
}

function byTime(video: HTMLVideoElement, tell: (videoS: number) => void): () => void {
  let request = 0
  let toldS: number | null = null
  const look = () => {
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && video.currentTime !== toldS) {
      toldS = video.currentTime
      tell(toldS)
    }
    request = requestAnimationFrame(look)
  }
  look()
  return () => cancelAnimationFrame(request)
}
