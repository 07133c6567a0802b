package lumos

// OpenService makes the store of a service, to which nothing is connected yet. It fails where the service's URL is none of
// its protocol's.
type OpenService func(Service) (ObjectStore, error)

// services are the clients that the function was built with, by the storage they are of.
var services = map[string]OpenService{}

// RegisterService makes a client known under the storage that it is of, e.g. "redis". It is called before Serve, by the
// packages that hold a client.
func RegisterService(storage string, open OpenService) { services[storage] = open }

func openService(storage string, service Service) (ObjectStore, error) {
	open, there := services[storage]
	if !there {
		return nil, badConfiguration("this function was built without a client of " + storage)
	}
	store, err := open(service)
	if err != nil {
		// The error of a client may quote the URL, which holds credentials.
		return nil, badConfiguration("its url is none of its storage's")
	}
	return store, nil
}
