package wire

import "encoding/base64"

// base64Encoding is the alphabet of blobs, padded.
var base64Encoding = base64.StdEncoding
